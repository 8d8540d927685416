"""The CSV binding: from a zip or a folder to a stream of rows (OneRoster 1.1, CSV tables)."""

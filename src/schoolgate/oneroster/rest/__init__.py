"""The REST binding: from an address to a stream of pages (OneRoster 1.1, sections 3 and 4)."""

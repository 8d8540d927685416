"""The provider: from an HTTP request to a OneRoster 1.1 answer, quirks included."""

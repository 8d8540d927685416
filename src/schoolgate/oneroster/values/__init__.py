"""Wire values into ours: tolerant in what is read, explicit in what is reported."""

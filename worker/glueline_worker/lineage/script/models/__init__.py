"""Models of the libraries that scripts use: what a call reads, writes and returns."""

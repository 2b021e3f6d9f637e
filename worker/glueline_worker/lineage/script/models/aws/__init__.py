"""Models of the libraries that speak to AWS."""

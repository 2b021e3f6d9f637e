"""A thin and fast HTTP/1.1: requests, responses, connections."""

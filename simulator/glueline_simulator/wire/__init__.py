"""HTTP/1.1 as thin as throughput asks for: requests, responses, connections."""

"""AWS: sources and sessions, one way to call with retries and a shared quota, fast parsing."""

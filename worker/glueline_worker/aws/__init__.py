"""AWS: sources and sessions, calls with retries and a shared quota, fast parsing."""

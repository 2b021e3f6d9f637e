"""Graphs of steps: each write followed back to its reads, and graphs of one job merged."""

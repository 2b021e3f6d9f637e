"""Graphs of steps: writes are followed back to reads, and graphs of one job are merged."""

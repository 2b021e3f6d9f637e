"""Logs, metrics, traces and probes of a process."""

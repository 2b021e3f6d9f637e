"""Traces, logs and the ledger's metrics."""

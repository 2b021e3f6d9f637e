"""Celery's Redis transport, made safe: leases, strict messages, priorities, rights."""

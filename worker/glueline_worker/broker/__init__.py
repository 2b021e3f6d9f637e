"""Safeguards around Celery's Redis transport: leases, strict messages, priorities, rights."""

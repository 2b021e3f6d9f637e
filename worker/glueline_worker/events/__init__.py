"""``glueline events``: what EventBridge puts into a queue of SQS is noted in Redis."""

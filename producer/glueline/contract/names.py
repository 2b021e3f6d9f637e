"""Names that services share: the queue, its tasks, and the prefix of Redis keys."""

KEY_PREFIX = "glueline:"
QUEUE = "glueline"
TASK_PREFIX = "glueline."
DEFAULT_REDIS_URL = "redis://127.0.0.1:6379/0"


def task_name(kind: str) -> str:
    """Return the Celery task that carries messages of ``kind``."""
    return TASK_PREFIX + kind

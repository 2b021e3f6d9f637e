"""Explain errors of Redis in one sentence, with advice."""

from redis import exceptions

_ADVICE = {
    exceptions.NoPermissionError: (
        "the Redis user lacks a right; the page on operations has the line that gives all rights"
    ),
    exceptions.ClusterCrossSlotError: (
        "on a cluster's node all keys must be in one slot: set GLUELINE_KEY_PREFIX to a hash tag, "
        "as {glueline}:"
    ),
    exceptions.MovedError: (
        "this is a node of a sharded cluster, which cannot be used; name a server of its own"
    ),
    exceptions.ReadOnlyError: (
        "this is a read-only replica; name the master, or the Sentinels that know it"
    ),
}


def is_denial(error: object) -> bool:
    """Tell whether the user lacks a right; in a script Redis reports it as a general error."""
    return isinstance(error, exceptions.NoPermissionError) or (
        isinstance(error, exceptions.ResponseError) and "ACL failure in script" in str(error)
    )


def explain(error: Exception) -> str:
    """Explain an error and, where it is known, what to do; without the connection's URL."""
    sentence = f"{type(error).__name__}: {error}"
    if isinstance(error, exceptions.ConnectionError) and " connecting to " in sentence:
        return f"{sentence.removesuffix('.')}; start a server there, or set GLUELINE_REDIS_URL"
    if is_denial(error):
        return f"{sentence}; {_ADVICE[exceptions.NoPermissionError]}"
    advice = next((text for kind, text in _ADVICE.items() if isinstance(error, kind)), "")
    return f"{sentence}; {advice}" if advice else sentence

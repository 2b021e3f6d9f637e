"""Times and counts in a few words, the same on the command line and on the page."""

from datetime import UTC, datetime

from glueline.contract.runs import RunStatus


def age(moment: datetime) -> str:
    """How long ago, in the largest unit that fits."""
    seconds = int((datetime.now(UTC) - moment).total_seconds())
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {name} ago"
    return f"{max(seconds, 0)} s ago"


def duration(run: RunStatus) -> str:
    """How long a run took, or has taken so far."""
    end = run.finished_at or datetime.now(UTC)
    seconds = (end - run.created_at).total_seconds()
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.1f} min"  # noqa: PLR2004


def counted(run: RunStatus, *kinds: str) -> str:
    """``3 databases, 120 tables (118 unchanged)`` for the kinds that were seen."""
    words = [f"{run.counts[kind]:,} {title(run, kind)}" for kind in kinds if run.counts.get(kind)]
    return ", ".join(words)


def title(run: RunStatus, kind: str) -> str:
    """The word for several of a kind, and how many of them were unchanged."""
    unchanged = run.counts.get(f"unchanged_{kind}")
    return f"{plural(kind)} ({unchanged:,} unchanged)" if unchanged else plural(kind)


def plural(kind: str) -> str:
    """The word for several of a kind."""
    if kind == "lineage":
        return "lineage edges"
    return "partition summaries" if kind == "partition_summary" else f"{kind}s"

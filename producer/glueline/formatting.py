"""Times and counts in a few words, the same on the command line and on the page."""

from datetime import UTC, datetime

from glueline.contract.runs import AnyRun


def age(moment: datetime) -> str:
    """How long ago, in the largest unit that fits."""
    return f"{span((datetime.now(UTC) - moment).total_seconds())} ago"


def span(seconds: float) -> str:
    """A length of time, in the largest unit that fits."""
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {name}"
    return f"{max(int(seconds), 0)} s"


def duration(run: AnyRun) -> str:
    """How long a run took, or has taken so far."""
    end = run.finished_at or datetime.now(UTC)
    seconds = (end - run.created_at).total_seconds()
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.1f} min"  # noqa: PLR2004


def counted(run: AnyRun, *kinds: str) -> str:
    """``3 databases, 120 tables (118 unchanged)`` for the kinds that were seen."""
    seen = [kind for kind in kinds if run.counts.get(kind)]
    if len(seen) > 1 and all(unchanged(run, kind) == run.counts[kind] for kind in seen):
        return ", ".join(numbered(run.counts[kind], kind) for kind in seen) + " (all unchanged)"
    return ", ".join(f"{run.counts[kind]:,} {title(run, kind)}" for kind in seen)


def title(run: AnyRun, kind: str) -> str:
    """The word for what was found of a kind, and how much of it was unchanged."""
    word, same = noun(kind, run.counts.get(kind, 0)), unchanged(run, kind)
    return f"{word} ({same:,} unchanged)" if same else word


def unchanged(run: AnyRun, kind: str) -> int:
    """How many records of a kind the sinks already held."""
    return run.counts.get(f"unchanged_{kind}", 0)


def numbered(number: int, kind: str) -> str:
    """``1 database``, ``1,200 tables``."""
    return f"{number:,} {noun(kind, number)}"


def noun(kind: str, number: int) -> str:
    """The word for one or several of a kind."""
    word = {"lineage": "lineage edge", "partition_summary": "partition summary"}.get(kind, kind)
    if number == 1:
        return word
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"

"""Times and counts in a few words, the same on the command line and on the page."""

from datetime import UTC, datetime

from glueline.contract.runs import AnyRun


def format_age(moment: datetime) -> str:
    """Format a past time as ``5 min ago``, in the largest unit that fits."""
    return f"{format_seconds((datetime.now(UTC) - moment).total_seconds())} ago"


def format_seconds(seconds: float) -> str:
    """Format a length of time, in the largest unit that fits."""
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {name}"
    return f"{max(int(seconds), 0)} s"


def format_duration(run: AnyRun) -> str:
    """Format the time that a run took, or has taken so far."""
    end = run.finished_at or datetime.now(UTC)
    seconds = (end - run.created_at).total_seconds()
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.1f} min"  # noqa: PLR2004


def format_counts(run: AnyRun, *kinds: str) -> str:
    """Format counts as ``3 databases, 120 tables (118 unchanged)``, without kinds not seen."""
    seen = [kind for kind in kinds if run.counts.get(kind)]
    if len(seen) > 1 and all(count_unchanged(run, kind) == run.counts[kind] for kind in seen):
        return (
            ", ".join(format_number(run.counts[kind], kind) for kind in seen) + " (all unchanged)"
        )
    return ", ".join(f"{run.counts[kind]:,} {format_kind(run, kind)}" for kind in seen)


def format_kind(run: AnyRun, kind: str) -> str:
    """Return the word for a kind, and the number of unchanged records."""
    word, same = choose_noun(kind, run.counts.get(kind, 0)), count_unchanged(run, kind)
    return f"{word} ({same:,} unchanged)" if same else word


def count_unchanged(run: AnyRun, kind: str) -> int:
    """Return the number of records of a kind that the sinks already held."""
    return run.counts.get(f"unchanged_{kind}", 0)


def format_number(number: int, kind: str) -> str:
    """Format a number of a kind: ``1 database``, ``1,200 tables``."""
    return f"{number:,} {choose_noun(kind, number)}"


def choose_noun(kind: str, number: int) -> str:
    """Return the word for one or several of a kind."""
    word = {"lineage": "lineage edge", "partition_summary": "partition summary"}.get(kind, kind)
    if number == 1:
        return word
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"

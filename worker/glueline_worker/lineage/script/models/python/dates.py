"""Dates and times, which are known only at run time."""

from __future__ import annotations

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import get_label, has_placeholder
from glueline_worker.lineage.script.domain.values import MISSING, External, Value
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.word_sets import split_words

_MODULES = split_words("datetime date time pendulum arrow")
_FUNCTIONS = split_words(
    "now today utcnow strftime localtime gmtime time datetime date timedelta relativedelta "
    "Timestamp date_range"
)
_PARTS = split_words("month year day hour")


def _parse_date(call: Call) -> Value:
    return External("date", _find_label(call.args[0]) if call.args else "date")


def _find_label(value: Value) -> str:
    if isinstance(value, External) and value.label != "unknown":
        return value.label
    if isinstance(value, str) and has_placeholder(value):
        return get_label(value)
    return "date"


def _make_date(call: Call) -> Value:
    """Call ``datetime.now()``, ``date.today()`` and the like."""
    if call.name not in _FUNCTIONS or call.receiver.label != "unknown":
        return MISSING
    return External(call.receiver.path, "date")


def _get_part(state: State, value: External, name: str) -> Value:
    """Return ``date.year`` and the like."""
    del state
    if name not in _PARTS or value.label != "unknown":
        return MISSING
    is_date = value.path.split(".", maxsplit=1)[0].rstrip("()") in _MODULES
    return External(value.path, "date") if is_date else value.part(name)


DATES = Library(
    functions={
        "strptime": _parse_date,
        "fromisoformat": _parse_date,
        "dateutil.parser.parse": _parse_date,
    },
    rules=(_make_date,),
    attributes=(_get_part,),
)

"""Dates and times, which are known only at run time."""

from __future__ import annotations

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.date_parts import PARTS, is_date, name_formatted
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import get_label, has_placeholder
from glueline_worker.lineage.script.domain.values import MISSING, External, Value
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.word_sets import split_words

_FUNCTIONS = split_words(
    "now today utcnow strftime localtime gmtime time datetime date timedelta relativedelta "
    "Timestamp date_range"
)


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
    if name not in PARTS:
        return MISSING
    if is_date(value):
        return External(value.path, "date")
    return value.part(name) if value.label == "unknown" else MISSING


def _format_date(call: Call) -> Value:
    """Call ``date.strftime(template)`` of a date that an argument gives."""
    template = call.arg(0)
    date = External(".".join(call.parts[:-1]), call.receiver.label)
    if call.name != "strftime" or not isinstance(template, str) or not is_date(date):
        return MISSING
    return name_formatted(date, template)


DATES = Library(
    functions={
        "strptime": _parse_date,
        "fromisoformat": _parse_date,
        "dateutil.parser.parse": _parse_date,
    },
    rules=(_make_date, _format_date),
    attributes=(_get_part,),
)

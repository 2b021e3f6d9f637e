"""Dates that come from an argument: the date itself, parts of it, and days before or after it."""

from __future__ import annotations

import re

from glueline_worker.lineage.script.domain.values import External, Value
from glueline_worker.lineage.word_sets import split_words

PARTS = split_words("month year day hour minute second week quarter")
"""Attributes that are a part of a date."""
_MODULES = split_words("datetime date time pendulum arrow")
_STEPS = split_words("timedelta relativedelta DateOffset MonthEnd MonthBegin BDay")
_WHOLE = re.compile(r"%[Fscx]|(?=.*%-?d)(?=.*%-?[mbB])(?=.*%[Yy])", re.DOTALL)
"""A format with the day, the month and the year in it."""


def is_date(value: Value) -> bool:
    """Tell whether a value is a date."""
    return (
        isinstance(value, External)
        and value.path.split(".", maxsplit=1)[0].removesuffix("()") in _MODULES
    )


def is_step(value: Value) -> bool:
    """Tell whether a value is a span of time, which makes another date of a date."""
    return isinstance(value, External) and value.name in _STEPS


def name_formatted(value: External, template: str) -> External:
    """Return a date as a text; with a part of it only, it is not the argument any more."""
    return value if _WHOLE.search(template) else External(value.path, "date")

"""How Spark prints intervals in the names of columns: ``INTERVAL '02' HOUR`` for two hours."""

import re
from collections.abc import Mapping

from sqlglot.tokenizer_core import TokenType

from glueline_worker.lineage.sql.name_cursor import NameCursor, Printed, UnknownNameError

_DAY_TIME = ("DAY", "HOUR", "MINUTE", "SECOND")
_YEAR_MONTH = ("YEAR", "MONTH")
_LIMITS = {"HOUR": 24, "MINUTE": 60, "SECOND": 60, "MONTH": 12}
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_WORDS = re.compile(r"\s*([+-]?)\s*(\d+(?:\.\d+)?)\s*([A-Za-z]+)")
_WEEK = 7
_MAX_VALUE = 1e9


def read_interval(cursor: NameCursor) -> Printed:
    """Read what stands behind INTERVAL."""
    values: dict[str, float] = {}
    negative = cursor.accept("-")
    if cursor.is_next(TokenType.STRING):
        text = cursor.take().text
        negative ^= text.strip().startswith("-")
        unit = _get_unit(cursor.peek())
        if unit is None:
            _read_words(text.strip().lstrip("-"), values)
            return _print(values, negative=negative)
        cursor.take()
        if cursor.accept("TO"):
            end = _get_unit(cursor.take().text)
            return _print(_split_range(text, unit, end), negative=negative)
        _add(values, text.strip().lstrip("+-"), unit)
    while cursor.is_next(TokenType.NUMBER) or cursor.is_next(TokenType.STRING):
        number = cursor.take().text
        unit = _get_unit(cursor.take().text)
        if unit is None:
            raise UnknownNameError
        _add(values, number, unit)
    return _print(values, negative=negative)


def _get_unit(word: str) -> str | None:
    unit = word.upper().removesuffix("S")
    return unit if unit in {*_DAY_TIME, *_YEAR_MONTH, "WEEK"} else None


def _read_words(text: str, values: dict[str, float]) -> None:
    """Read ``1 day 2 hours``."""
    at = 0
    while found := _WORDS.match(text, at):
        unit = _get_unit(found[3])
        if unit is None or found[1] == "-":
            raise UnknownNameError
        _add(values, found[2], unit)
        at = found.end()
    if text[at:].strip():
        raise UnknownNameError


def _add(values: dict[str, float], number: str, unit: str) -> None:
    try:
        value = float(number)
    except ValueError:
        raise UnknownNameError from None
    if not 0 <= value < _MAX_VALUE:
        raise UnknownNameError
    if unit == "WEEK":
        value, unit = value * _WEEK, "DAY"
    values[unit] = values.get(unit, 0) + value


def _split_range(text: str, start: str, end: str | None) -> dict[str, float]:
    """Return the values of ``'1 02:03' DAY TO MINUTE``."""
    for fields in (_DAY_TIME, _YEAR_MONTH):
        if start in fields and end in fields:
            names = fields[fields.index(start) : fields.index(end) + 1]
            numbers = _NUMBER.findall(text)
            if len(numbers) == len(names) > 1:
                values: dict[str, float] = {}
                for name, number in zip(names, numbers, strict=True):
                    _add(values, number, name)
                return values
    raise UnknownNameError


def _print(values: Mapping[str, float], *, negative: bool) -> Printed:
    fields = [unit for unit in (*_YEAR_MONTH, *_DAY_TIME) if unit in values]
    if not fields or (fields[0] in _YEAR_MONTH) != (fields[-1] in _YEAR_MONTH):
        raise UnknownNameError  # months and days make another kind of interval
    family = _YEAR_MONTH if fields[0] in _YEAR_MONTH else _DAY_TIME
    fields = list(family[family.index(fields[0]) : family.index(fields[-1]) + 1])
    text = ""
    for index, unit in enumerate(fields):
        value = values.get(unit, 0)
        if index and value >= _LIMITS.get(unit, 0):
            raise UnknownNameError
        if index:
            text += {"MONTH": "-", "HOUR": " "}.get(unit, ":")
        text += _print_number(value, unit)
    sign = "-" if negative else ""
    units = fields[0] if len(fields) == 1 else f"{fields[0]} TO {fields[-1]}"
    return Printed(f"INTERVAL '{sign}{text}' {units}", is_interval=True)


def _print_number(value: float, unit: str) -> str:
    if value != int(value) and unit != "SECOND":
        raise UnknownNameError
    whole = str(int(value)) if unit in {"YEAR", "MONTH", "DAY"} else f"{int(value):02}"
    fraction = f"{value % 1:.6f}"[1:].rstrip("0").rstrip(".")
    return whole + fraction

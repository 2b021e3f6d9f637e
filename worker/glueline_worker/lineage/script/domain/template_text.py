"""Texts with placeholders, which are labelled and stand for parts known only at run time.

Two private-use characters delimit a placeholder, so that no operation takes it for the braces of
a template. ``render`` turns it into ``{label}`` at the very end.
"""

import re
from collections.abc import Callable, Sequence
from string import Formatter

from glueline_worker.lineage.script.domain.alternatives import (
    combine_alternatives,
    join_values,
    map_alternatives,
)
from glueline_worker.lineage.script.domain.data_text import keep_data
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.limits import report_limit
from glueline_worker.lineage.script.domain.path_parts import PathParts, rejoin_url, split_path
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    DataText,
    External,
    Frame,
    JobArgument,
    Method,
    OneOf,
    Value,
)
from glueline_worker.lineage.script.source.parser import CLOSE, OPEN
from glueline_worker.lineage.word_sets import split_words

_TEXT_LIMIT = 500_000
_WIDTH_DIGITS = 3
_LISTED_LIMIT = 1_000
"""The most items of a list, and characters of each, that a text shows."""
_PLACEHOLDER = re.compile(f"({OPEN}[^{CLOSE}]*{CLOSE})")
_PERCENT = re.compile(
    r"%(?:\((?P<key>[^()]*+)\))?(?P<spec>[-#0 +]*+\d*+(?:\.\d++)?)(?P<kind>[a-zA-Z%])"
)


def placeholder(label: str) -> str:
    """Make a part of a text that is known only at run time."""
    return f"{OPEN}{label}{CLOSE}"


def render(text: str) -> str:
    """Return the text as a name: each placeholder as ``{label}``."""
    return text.replace(OPEN, "{").replace(CLOSE, "}")


def has_placeholder(text: str) -> bool:
    """Tell whether a part of the text is known only at run time."""
    return OPEN in text


def is_placeholder(text: str) -> bool:
    """Tell whether nothing of the text is known."""
    return text.startswith(OPEN) and text.find(CLOSE) == len(text) - 1


def as_text(value: Value) -> str:
    """Return ``str(value)``; a placeholder when that is unknown."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, (bool, int, float)):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, LibraryObject) and isinstance(value.text, str):
        return value.text
    return placeholder(value.label if isinstance(value, (External, Frame)) else "unknown")


def list_texts(value: Value) -> list[str]:
    """List each text that ``value`` may be."""
    if type(value) is not OneOf:
        return [as_text(value)]
    return [as_text(option) for (option,) in combine_alternatives([value])]


def concatenate(parts: list[Value]) -> Value:
    """Join the parts, as an f-string does."""
    return map_alternatives(
        lambda *row: keep_data(limit_text("".join(as_text(part) for part in row)), row), *parts
    )


def limit_text(text: str) -> Value:
    """Return the text, or ``UNKNOWN`` when it is absurdly long."""
    if len(text) <= _TEXT_LIMIT:
        return rejoin_url(text)
    report_limit(f"a text of {len(text):,} characters is not followed; at most {_TEXT_LIMIT:,} are")
    return UNKNOWN


def _map_literals(text: str, function: Callable[[str], str]) -> str:
    """Apply ``function`` outside the placeholders."""
    if OPEN not in text:
        return function(text)
    parts = _PLACEHOLDER.split(text)
    return "".join(part if part.startswith(OPEN) else function(part) for part in parts)


_CASES = split_words("lower upper title capitalize casefold swapcase")
_PLAIN = split_words("strip lstrip rstrip replace removeprefix removesuffix zfill expandtabs")
_TESTS = frozenset({"isdigit", "isalpha", "isnumeric", "islower"})
_LINE_ENDS = ("\n", "\r\n")
_SPLITS = frozenset({"split", "rsplit", "partition", "rpartition", "splitlines"})


def call_text_method(text: str, name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:  # noqa: PLR0911 - one for each kind
    """Call the method ``name`` of a text."""
    if name == "format":
        return format_braces(text, args, kwargs)
    if name == "join":
        return _join_items(text, args)
    if isinstance(text, DataText):
        return _call_data_method(text, name, args, kwargs)
    if name in {"encode", "decode", "__str__", "getvalue", "as_posix"}:
        return text
    if not all(isinstance(arg, (str, int, tuple, type(None))) for arg in args):
        return External("text", get_label(text)) if name not in _CASES else text
    if any(isinstance(arg, int) and abs(arg) > _TEXT_LIMIT for arg in args):
        return UNKNOWN
    try:
        return _call_python_method(text, name, args)
    except (TypeError, ValueError, LookupError, OverflowError):
        return UNKNOWN


def _call_data_method(
    text: DataText, name: str, args: list[Value], kwargs: dict[str, Value]
) -> Value:
    """Call the method ``name`` of a text with data in it: the data stays in what it returns."""
    if name in _SPLITS and (not args or args[0] in _LINE_ENDS):
        return Frame(text.nodes[0], "rows", get_label(text))
    return keep_data(call_text_method(str(text), name, args, kwargs), [text, *args])


def _call_python_method(text: str, name: str, args: list[Value]) -> Value:  # noqa: PLR0911 - one for each kind
    if name in _CASES:
        return _keep_kind(text, _map_literals(text, lambda part: str(getattr(part, name)())))
    if name in _PLAIN:
        # With a placeholder, a width or an affix may differ; this is still the best guess.
        if name == "replace" and text.count(str(args[0])) * len(str(args[1])) > _TEXT_LIMIT:
            report_limit(f"a text that grows beyond {_TEXT_LIMIT:,} characters is not followed")
            return UNKNOWN
        return _keep_kind(text, str(getattr(text, name)(*args)))
    if name in _SPLITS:
        return _split(text, name, args)
    if name in {"startswith", "endswith"}:
        return _test_edge(text, name, args)
    if name in _TESTS and not has_placeholder(text) and not isinstance(text, JobArgument):
        return getattr(text, name)(*args)
    if name in {"find", "index", "rfind", "rindex", "count"} and not has_placeholder(text):
        return getattr(text, name)(*args)
    return External("text", get_label(text))


def _test_edge(text: str, name: str, args: list[Value]) -> Value:
    """Call ``startswith`` or ``endswith``: a placeholder at the other end does not matter."""
    edge = text.split(OPEN, maxsplit=1)[0] if name == "startswith" else text.rpartition(CLOSE)[2]
    wanted = args[0] if args else ""
    longest = max(map(len, wanted), default=0) if isinstance(wanted, tuple) else len(wanted)
    if isinstance(text, JobArgument) or (has_placeholder(text) and len(edge) < longest):
        return External("text", get_label(text))
    return getattr(text, name)(*args)


def _split(text: str, name: str, args: list[Value]) -> Value:
    if (parts_of_path := split_path(text, name, args)) is not None:
        return parts_of_path
    if is_placeholder(text) or (has_placeholder(text) and not args):
        return External("text.split", get_label(text))
    parts = getattr(text, name)(*args)
    if has_placeholder(text) and len(parts) == 1:
        return External("text.split", get_label(text))
    return parts


def _keep_kind(before: str, after: str) -> str:
    if not isinstance(before, JobArgument):
        return after
    return JobArgument(after, before.name if before.lower() == after.lower() else "")


def get_label(text: str) -> str:
    """Return the label of the first placeholder in a text."""
    found = _PLACEHOLDER.search(text)
    return found.group()[1:-1] if found else "unknown"


def _join_items(separator: str, args: list[Value]) -> Value:
    items = args[0] if args else ()
    if isinstance(items, (list, tuple, set)):
        parts: list[Value] = []
        for item in items:
            parts += [separator, item] if parts else [item]
        return concatenate(parts if separator.strip() else ["", *parts])
    if isinstance(items, Frame) and items.kind == "rows":
        return items
    if isinstance(items, PathParts):
        return items.text if separator == "/" else placeholder(items.label)
    return External("join", items.label if isinstance(items, External) else "unknown")


def format_braces(template: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """Return ``template.format(*args, **kwargs)``."""
    try:
        fields = list(Formatter().parse(template))
    except ValueError:
        return template
    parts: list[Value] = []
    position = 0
    for literal, name, spec, _ in fields:
        parts.append(literal)
        if name is None:
            continue
        if not re.split(r"[.\[]", name)[0]:
            parts.append(format_value(_get_field(f"{position}{name}", args, kwargs), spec or ""))
            position += 1
        else:
            parts.append(format_value(_get_field(name, args, kwargs), spec or ""))
    return concatenate(parts)


def _get_field(name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    first, *path = re.findall(r"[^.\[\]]+", name) or [""]
    value: Value
    if first.isdigit():
        value = args[int(first)] if int(first) < len(args) else UNKNOWN
    else:
        value = kwargs.get(first, UNKNOWN)
    for key in path:
        if isinstance(value, dict):
            value = value.get(key, UNKNOWN)
        elif isinstance(value, (list, tuple)) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            value = value.part(key) if isinstance(value, External) else UNKNOWN
    return value


def format_value(value: Value, spec: str) -> Value:  # noqa: PLR0911 - one for each kind
    """Format ``value`` by a format specification."""
    if isinstance(value, OneOf):
        return join_values(format_value(option, spec) for option in value.options)
    if isinstance(value, Frame) and value.kind == "rows":
        return value  # the text that is made of it has its data
    if isinstance(value, Method):
        of = value.receiver  # {day.year}, where the day is an argument
        return of if isinstance(of, str) and is_placeholder(of) else UNKNOWN
    if isinstance(value, (list, tuple)) and _is_list_of_texts(value):
        items = ", ".join(f"'{item}'" for item in value)
        return f"[{items}]" if isinstance(value, list) else f"({items})"
    if (
        spec
        and _is_narrow(spec)
        and isinstance(value, (str, int, float))
        and not has_placeholder(as_text(value))
    ):
        try:
            return format(value, render(spec))
        except (ValueError, TypeError, OverflowError, MemoryError):
            return as_text(value)
    return as_text(value)


def _is_list_of_texts(value: Sequence[Value]) -> bool:
    """Tell whether Python shows a list as SQL does, such as the paths of a ``read_parquet``."""
    return 0 < len(value) <= _LISTED_LIMIT and all(
        isinstance(item, str) and len(item) <= _LISTED_LIMIT and "'" not in item for item in value
    )


def _is_narrow(spec: str) -> bool:
    """Tell whether a specification asks for no absurd width."""
    return all(len(digits) <= _WIDTH_DIGITS for digits in re.findall(r"\d+", spec))


def format_percent(template: str, values: Value) -> Value:
    """Return ``template % values``."""
    rest = list(values) if isinstance(values, tuple) else [values]
    parts: list[Value] = []
    end = 0
    for found in _PERCENT.finditer(template):
        parts.append(template[end : found.start()])
        end = found.end()
        if found["kind"] == "%":
            parts.append("%")
        elif found["key"] is not None:
            parts.append(values.get(found["key"], UNKNOWN) if isinstance(values, dict) else UNKNOWN)
        else:
            parts.append(_convert(rest.pop(0) if rest else UNKNOWN, found))
    parts.append(template[end:])
    return concatenate(parts)


def _convert(value: Value, found: re.Match[str]) -> Value:
    if isinstance(value, (int, float)) and found["kind"] in "dif" and _is_narrow(found["spec"]):
        return f"%{found['spec']}{found['kind']}" % value
    return value

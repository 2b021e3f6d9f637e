"""Methods of texts of which some parts are known only at run time."""

from collections.abc import Callable

from glueline_worker.lineage.script.domain.data_text import keep_data
from glueline_worker.lineage.script.domain.limits import report_limit
from glueline_worker.lineage.script.domain.path_parts import PathParts, split_path
from glueline_worker.lineage.script.domain.template_text import (
    PLACEHOLDER,
    TEXT_LIMIT,
    concatenate,
    get_label,
    has_placeholder,
    is_placeholder,
    placeholder,
)
from glueline_worker.lineage.script.domain.text_formats import format_braces
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    DataText,
    External,
    Frame,
    JobArgument,
    Value,
)
from glueline_worker.lineage.script.source.parser import CLOSE, OPEN
from glueline_worker.lineage.word_sets import split_words


def _map_literals(text: str, function: Callable[[str], str]) -> str:
    """Apply ``function`` outside the placeholders."""
    if OPEN not in text:
        return function(text)
    parts = PLACEHOLDER.split(text)
    return "".join(part if part.startswith(OPEN) else function(part) for part in parts)


_CASES = split_words("lower upper title capitalize casefold swapcase")


_PLAIN = split_words("strip lstrip rstrip replace removeprefix removesuffix zfill expandtabs")


_TESTS = split_words(
    "isdigit isalpha isalnum isnumeric isdecimal islower isupper isidentifier isspace"
)


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
    if any(isinstance(arg, int) and abs(arg) > TEXT_LIMIT for arg in args):
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
        if name == "replace" and text.count(str(args[0])) * len(str(args[1])) > TEXT_LIMIT:
            report_limit(f"a text that grows beyond {TEXT_LIMIT:,} characters is not followed")
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

"""Python 2, notebook magics and other reasons why a script does not parse."""

import re

_BLOCK = r"(?:(?:if|else|for|while|elif|try|except|finally)\b[^\n]*:[ \t]+)?"
TEXT_OR_COMMENT = re.compile(
    r"(#[^\n]*|\"{3}(?:\\.|[^\\])*?(?:\"{3}|\Z)|'{3}(?:\\.|[^\\])*?(?:'{3}|\Z)"
    r"|\"(?:\\.|[^\"\\\n])*\"?|'(?:\\.|[^'\\\n])*'?)",
    re.DOTALL,
)
"""A comment or a text: what looks like Python 2 in it is no code."""


def _compile(*repairs: tuple[str, str]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern, re.MULTILINE), by) for pattern, by in repairs)


_OF_LINES = _compile(
    (r"^[ \t]*[%!][%\w].*$", "pass"),  # %magics and !shell commands of notebooks
    (r"^([ \t]*)print[ \t]*$", r"\1pass"),
    (rf"^([ \t]*{_BLOCK})print[ \t]+(?:>>[^,\n]*,)?(?![=.(\[])", r"\1None, "),
    (r"^([ \t]*except[ \t]+[^,:\s][^,:\n]*),[ \t]*(\w+)[ \t]*:", r"\1 as \2:"),
    (r"^([ \t]*except[ \t]*\([^)\n]*\)),[ \t]*(\w+)[ \t]*:", r"\1 as \2:"),
    (r"^([ \t]*raise[ \t]+\w[\w.]*),[ \t]*(.+)$", r"\1(\2)"),
    (r"^([ \t]*)exec[ \t]+(?=[\"'\w])", r"\1None, "),
    (r"(?<=[\"'\w])([:=])(\s*)(?=[,)}])", r"\1 None\2"),  # "password": , of a cleaned script
    (r"(?<!\w)[uU][rR](?=[\"'])", "r"),
)
_OF_CODE = _compile(
    (r"<>", "!="),
    (r"(?<![\w.])0([0-7]+)(?![\w.])", r"0o\1"),
    (r"(?<![\w.])(\d+)[lL](?!\w)", r"\1"),
    (r"`([^`\n]+)`", r"str(\1)"),
)


_VARIABLE = re.compile(
    r"\$\{(\w+)\}|\{\{\s*(\w+)\s*\}\}|(?<=[=(, ])<([A-Za-z][\w .-]*)>(?=[ \t]*[,)\n])"
)


def _quote_variables(text: str) -> str:
    """Quote template variables (``host = ${host}``, ``<host>``), so that they parse."""

    def quote(found: re.Match[str]) -> str:
        before = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
        inside = before.count("'") % 2 or before.count('"') % 2
        name = found[1] or found[2]
        return found[0] if inside else f'"{{{name}}}"' if name else f'"{found[0]}"'

    return _VARIABLE.sub(quote, text)


def repair_script(text: str) -> str:
    """Rewrite what is known to break, line by line, so that lines keep their numbers."""
    for pattern, replacement in _OF_LINES:
        text = pattern.sub(replacement, text)
    parts = TEXT_OR_COMMENT.split(text)
    for pattern, replacement in _OF_CODE:
        parts[::2] = [pattern.sub(replacement, part) for part in parts[::2]]
    return _quote_variables("".join(parts)).expandtabs(8)

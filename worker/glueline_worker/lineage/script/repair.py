"""Python 2, notebook magics and other reasons why a script does not parse."""

import re

_REPAIRS: tuple[tuple[re.Pattern[str], str], ...] = (
    # %magics and !shell commands of notebooks
    (re.compile(r"^[ \t]*[%!][%\w].*$", re.MULTILINE), "pass"),
    (re.compile(r"^([ \t]*(?:if .*:|else:|[^#\n]*;)?[ \t]*)print[ \t]*$", re.MULTILINE), r"\1pass"),
    (
        re.compile(
            r"^([ \t]*(?:(?:if|else|for|while|elif|try|except|finally)\b[^\n]*:[ \t]+)?)print[ \t]+(?:>>[^,\n]*,)?(?![=.(\[])",
            re.MULTILINE,
        ),
        r"\1None, ",
    ),
    (re.compile(r"^([ \t]*except[ \t]+[^,:\n]+),[ \t]*(\w+)[ \t]*:", re.MULTILINE), r"\1 as \2:"),
    (
        re.compile(r"^([ \t]*except[ \t]*\([^)\n]*\)),[ \t]*(\w+)[ \t]*:", re.MULTILINE),
        r"\1 as \2:",
    ),
    (re.compile(r"^([ \t]*raise[ \t]+\w[\w.]*),[ \t]*(.+)$", re.MULTILINE), r"\1(\2)"),
    (re.compile(r"^([ \t]*)exec[ \t]+(?=[\"'\w])", re.MULTILINE), r"\1None, "),
    (re.compile(r"<>"), "!="),
    (re.compile(r"(?<![\w.])0([0-7]+)(?![\w.])"), r"0o\1"),
    (re.compile(r"(?<![\w.])(\d+)[lL](?!\w)"), r"\1"),
    (re.compile(r"(?<!\w)[uU][rR](?=[\"'])"), "r"),
    (re.compile(r"`([^`\n]+)`"), r"str(\1)"),
)


def repaired(text: str) -> str:
    """The text with what is known to break rewritten line by line, so that lines keep numbers."""
    for pattern, replacement in _REPAIRS:
        text = pattern.sub(replacement, text)
    return text.expandtabs(8) if "\t" in text else text

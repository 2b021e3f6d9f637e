"""URLs of S3 that a script takes apart by patterns, by text methods or by helpers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.path_parts import find_url_label, split_url_argument
from glueline_worker.lineage.script.domain.template_text import placeholder
from glueline_worker.lineage.script.domain.values import MISSING, UNKNOWN, Value
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.word_sets import split_words

_GROUPS = 2
_SPLITTERS = re.compile(
    r"_?(?:split|parse|get|extract)_(?:s3_?(?:path|uri|url|location|components)|bucket_(?:and_)?key\w*)"
)
_SCHEME_PATTERN = re.compile(r"\^?s3\S{0,8}?:(?:\\?/){2}")
_TEXT_METHODS = split_words("split rsplit partition rpartition replace lstrip removeprefix")


@dataclass(eq=False)
class UrlMatch(LibraryObject):
    """A match of a pattern that takes the bucket and the key out of a URL of S3."""

    bucket: str
    key: str

    def get_item(self, key: Value) -> Value:
        """Return a group."""
        if key in (1, "bucket", "bucket_name"):
            return self.bucket
        return self.key if key in (2, "key", "prefix", "path", "object_key") else UNKNOWN

    def call(self, call: Call) -> Value:
        """Call a method of the match."""
        if call.name == "groups":
            return (self.bucket, self.key)
        if call.name == "group" and len(call.args) > 1:
            return tuple(map(self.get_item, call.args))
        return self.get_item(call.arg(0)) if call.name == "group" else UNKNOWN


def _match_url(call: Call) -> Value:
    """Call ``re.match(r"s3://([^/]+)/(.+)", url)``."""
    pattern, text = call.arg(0, "pattern"), call.arg(1, "string")
    is_pair = isinstance(pattern, str) and "s3" in pattern and pattern.count("(") >= _GROUPS
    if not is_pair or not isinstance(text, str):
        return UNKNOWN
    parts = _split_url(text)
    return UrlMatch(*parts) if parts else UNKNOWN


def _call_splitter(call: Call) -> Value:
    """Call a helper of another module that splits a URL: ``split_s3_path(url)``."""
    if "s3" not in call.name and "bucket" not in call.name:
        return MISSING
    text = call.arg(0)
    if not isinstance(text, str) or len(call.values) > 1 or not _SPLITTERS.fullmatch(call.name):
        return MISSING
    return _split_url(text) or MISSING


def _split_url(text: str) -> tuple[str, str] | None:
    """Return the bucket and the key of a URL; None for a text that is none."""
    if (label := find_url_label(text)) is not None:
        return split_url_argument(label)
    bucket, separator, key = text.partition("://")[2].partition("/")
    return (bucket, key) if separator else None


def _substitute(call: Call) -> Value:
    """Call ``re.sub(r"^s3://", "", url)``: the URL without its scheme."""
    pattern, text = call.arg(0, "pattern"), call.arg(2, "string")
    if not isinstance(pattern, str) or not isinstance(text, str) or call.arg(1, "repl") != "":
        return MISSING
    if not _SCHEME_PATTERN.fullmatch(pattern):
        return MISSING
    return text.partition("://")[2] if "://" in text else text


def _call_text_method(call: Call) -> Value:
    """Call a text's method of an argument or variable of the environment."""
    label = call.receiver.label
    if call.name not in _TEXT_METHODS or not label.startswith(("arg:", "env:", "workflow:")):
        return MISSING
    return call.reading.call_method(placeholder(label), call.name, call.args, call.kwargs)


URLS = Library(
    functions={
        "re.match": _match_url,
        "re.search": _match_url,
        "re.fullmatch": _match_url,
        "re.sub": _substitute,
    },
    rules=(_call_text_method, _call_splitter),
)

"""Remove secrets from parameters, URLs, texts and whole answers before they are stored.

A value is a secret when its key says so (``password``, ``aws_secret_access_key`` …) or when it
looks like one (an access key id, a private key, a token). A reference to a secret, such as
``secret_id`` or an ARN of Secrets Manager, is not a secret. A redacted value that is redacted
again does not change.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

_BODY_LIMIT = 2000
"""Characters of a dead letter's body that are kept."""
_REASON_LIMIT = 300
"""Characters of a dead letter's reason, which may quote the message."""
_REDACTED = "[redacted]"

_WORD = (
    r"(?:passw(?:or)?d|passphrase|pwd|(?<![a-z])pass(?![a-z])|token(?!i)|credential"
    r"|secret(?!s?[_.-]?(?:manager|id(?![a-z])|name|arn))"
    r"|(?:access|account|api|auth|encryption|private|shared)[_.-]?key)"
)
_SECRET_KEY = re.compile(_WORD, re.IGNORECASE)
_SIGNATURES = frozenset({"sig", "signature", "x-amz-signature", "x-amz-credential"})
_NO_SECRETS = frozenset({"", "true", "false", "null", "none"})

_USER_INFO = re.compile(
    r"(://[^\s/?#:@]{0,256}:)(?!//|\d+(?:[/,;?]|$))(?:(?!://)[^\s?#\"']){1,256}@"
)
_ORACLE = re.compile(r"(jdbc:oracle:\w{1,16}:[^\s/@:]{1,256}/)[^\s@]{1,256}@", re.IGNORECASE)
_PAIR = re.compile(r"([?&;:])([\w.%-]{1,80})=(?:\{[^}]{0,256}\}|[^&;,#\s\"']+)")

# Repetitions are bounded, so that even a long text takes only linear time.
_LITERAL = (
    r"""[rbfu]{0,2}(?P<quote>\\?(?:"{3}|'{3}|["']))"""
    r"""(?:(?!(?P=quote))(?:\\.|[^\\\n])){1,4096}(?P=quote)"""
)
_ASSIGNED = re.compile(
    rf"""(?P<head>{_WORD}[\w.-]{{0,40}}+\\?["']?\]?"""
    r"""(?:(?:\s{0,8}:\s{0,8}\w{1,40})?\s{0,8}={1,2}|\s{0,8}(?::|=>))\s{0,8})""" + _LITERAL,
    re.IGNORECASE,
)
"""``password = "…"``, ``"password": "…"``, ``conf["password"] = "…"``, ``password: str = "…"``."""
_PASSED = re.compile(
    rf"""(?P<head>\(\s{{0,8}}(["'])[\w.:-]{{0,80}}?{_WORD}[\w.-]{{0,40}}+\2\s{{0,8}},\s{{0,8}})"""
    + _LITERAL,
    re.IGNORECASE,
)
"""``option("password", "…")``."""
_BARE = re.compile(
    rf"(?P<head>{_WORD}[\w.-]{{0,40}}+(?:\s{{0,8}}=\s{{0,8}}|:\s{{1,8}}))"
    r"""(?!(?:true|false|null|none)\b)[^\s&;,"'()\[\]{}<>=\\]{1,512}+(?![(\[])""",
    re.IGNORECASE,
)
"""``password=…`` in properties and command lines; a call or an index after it is code."""
_WORD_AFTER_COLON = re.compile(r":\s+[A-Za-z]+\W*\Z")
TRINO_VIEW_COMMENT = r"(?i:/\*\s*+presto (?:materialized )?view)"
"""The beginning of the comment in which Trino and Athena store a view as base64 of JSON."""
_ENCODED_VIEW = re.compile(rf"({TRINO_VIEW_COMMENT}:\s*)([\w+/=]+)(\s*\*/)")
_PATH_SEGMENT = re.compile(r"/[\w.-]{0,63}\Z")
_ACCESS_KEY_ID = re.compile(r"(?<![A-Z0-9])A(?:KI|SI)A[A-Z0-9]{16}(?![A-Z0-9])")
_SECRET_KEY_FORM = re.compile(r"(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])")
_KEY_LETTERS = re.compile(r"[A-Za-z0-9/+]{20,}+")
_KEY_ID_LENGTH, _SECRET_KEY_LENGTH = 20, 40
_NEAR = 300
_KEY_BEGINS = re.compile(r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----")
_KEY_ENDS = re.compile(r"-----END [A-Z ]{0,20}-----")
_LONGEST_KEY = 8192
"""Characters between the beginning and the end of a private key."""
_TOKEN_LETTERS = re.compile(r"[\w.-]++")
_TOKEN_BEGINS = re.compile(r"\beyJ[\w-]{8}")
_LEAST_PART = 8
_LOOKS_SECRET = re.compile(
    r"\b(?:gh[a-z]_\w{30,255}|github_pat_\w{30,255}|xox[a-z]-[\w-]{10,255})"
    r"|(?<=Bearer )[\w.~+/=-]{8,4096}|(?<=Basic )[\w+/=]{8,4096}"
    r"|(?<=security-token:)[\w+/=-]{8,4096}"
)
"""Tokens of GitHub and Slack, Authorization headers."""

_HARMLESS = 14  # letters: too few for a key or a token that has no name
_SHORT = 256
_PASSES = 8
_SCHEMA_KEYS = ("spark.sql.sources.schema", "avro.schema.literal")


def redact_parameters(parameters: Mapping[str, str]) -> dict[str, str]:
    """Return the map with each secret value as ``[redacted]``, judged by its key, else its text."""
    return {key: _redact_value(key, value) for key, value in parameters.items()}


def _redact_value(key: str, value: str) -> str:
    """Return the value of one parameter or argument without secrets."""
    if _is_secret_key(key):
        return value if value.lower() in _NO_SECRETS else _REDACTED
    if len(value) <= _HARMLESS and value.isalnum():
        return value
    if key.startswith(_SCHEMA_KEYS):
        return value  # long texts of column names, which may be called "password"
    return _redact_short(value) if len(value) <= _SHORT else redact_text(value)


@lru_cache(maxsize=8192)
def _is_secret_key(key: str) -> bool:
    """Tell whether a parameter of this name holds a secret."""
    return _SECRET_KEY.search(key) is not None


def redact_url(url: str) -> str:
    """Return a URL (JDBC or any other) without passwords in its user info and its properties."""
    if "@" in url:
        url = _USER_INFO.sub(rf"\1{_REDACTED}@", url)
        url = _ORACLE.sub(rf"\1{_REDACTED}@", url)
    return _PAIR.sub(_redact_pair, url) if "=" in url else url


def redact_text(text: str) -> str:
    """Return a script, an argument or any other text without the secrets written in it.

    Redacts literals that are assigned to or passed with a name that says secret, passwords in
    URLs, AWS access key ids with the secret keys near them, private keys and bearer tokens.
    """
    return _repeat_until_stable(lambda text: _BARE.sub(_redact_bare, _redact_literals(text)), text)


def redact_prose(text: str | None) -> str | None:
    """Return a description without secrets; ``token: unique id of a visit`` is a sentence."""
    if not text:
        return text
    return _repeat_until_stable(
        lambda text: _BARE.sub(_redact_bare_in_prose, _redact_literals(text)), text
    )


def redact_code(text: str) -> str:
    """Return SQL or other code without the secrets in its literals; names are left alone.

    ``a.token = b.token`` is a comparison of columns, and the code stays readable to a parser.
    """
    return _repeat_until_stable(_redact_literals, text)


def redact_answer(value: Any, key: str = "") -> Any:
    """Return an answer without secrets, at any depth. It holds JSON values only.

    Also knows lists of ``{"Name": …, "Value": …}``, as transforms of visual jobs have them.
    """
    match value:
        case str():
            return _redact_value(key, value)
        case dict() if _is_secret_key(str(value.get("Name"))) and "Value" in value:
            return {**value, "Value": _REDACTED}
        case dict():
            return {name: redact_answer(item, name) for name, item in value.items()}
        case list():
            return [redact_answer(item, key) for item in value]
        case _:
            return value


def _repeat_until_stable(redact: Callable[[str], str], text: str) -> str:
    """Redact until nothing changes: a redacted secret can make the text beside it look like one."""
    for _ in range(_PASSES):
        before, text = text, redact(text)
        if text == before:
            break
    return text


def _redact_literals(text: str) -> str:
    if "Presto" in text:
        text = _ENCODED_VIEW.sub(_redact_encoded_view, text)
    text = redact_url(text)
    text = _redact_aws_keys(text)
    text = _redact_private_keys(text)
    if ".eyJ" in text:
        text = _TOKEN_LETTERS.sub(_redact_web_tokens, text)
    text = _LOOKS_SECRET.sub(_REDACTED, text)
    text = _ASSIGNED.sub(rf"\g<head>\g<quote>{_REDACTED}\g<quote>", text)
    return _PASSED.sub(rf"\g<head>\g<quote>{_REDACTED}\g<quote>", text)


@lru_cache(maxsize=8192)  # a catalogue repeats most of its short parameter values
def _redact_short(text: str) -> str:
    return redact_text(text)


def redact_dead_letter(reason: str, body: str) -> tuple[str, str]:
    """Return the reason and the body of a dead letter, cut and without secrets."""
    # Cut twice: a secret is recognised by its end, which a single cut may remove.
    kept = redact_text(body[: 2 * _BODY_LIMIT])[:_BODY_LIMIT]
    return redact_text(reason[:_REASON_LIMIT]), kept


def _redact_pair(match: re.Match[str]) -> str:
    before, name = match.groups()
    secret = _SECRET_KEY.search(name) or name.lower() in _SIGNATURES
    return f"{before}{name}={_REDACTED}" if secret else match[0]


def _redact_bare(match: re.Match[str]) -> str:
    before = match.string[max(0, match.start() - 64) : match.start()]
    is_path = _PATH_SEGMENT.search(before)  # a partition's folder: s3://bucket/token=a/
    return match[0] if is_path else f"{match['head']}{_REDACTED}"


def _redact_bare_in_prose(match: re.Match[str]) -> str:
    return match[0] if _WORD_AFTER_COLON.search(match[0]) else _redact_bare(match)


def _redact_encoded_view(match: re.Match[str]) -> str:
    """Redact a view of Trino, which is base64 of JSON."""
    try:
        text = b64decode(match[2], validate=True).decode()
    except ValueError:
        return match[0]
    redacted = redact_code(text)
    return (
        match[0]
        if redacted == text
        else match[1] + b64encode(redacted.encode()).decode() + match[3]
    )


def _redact_aws_keys(text: str) -> str:
    secrets: set[str] = set()
    for match in _ACCESS_KEY_ID.finditer(text):
        near = text[max(0, match.start() - _NEAR) : match.end() + _NEAR]
        secrets.update([match[0]], _SECRET_KEY_FORM.findall(near))
    if not secrets:
        return text
    # Each place is checked once, because a text can be full of keys.
    return _KEY_LETTERS.sub(lambda run: _redact_places(run[0], _find_places(run[0], secrets)), text)


def _find_places(run: str, secrets: set[str]) -> Iterator[tuple[int, int]]:
    for at in range(len(run) - _KEY_ID_LENGTH + 1):
        for length in (_SECRET_KEY_LENGTH, _KEY_ID_LENGTH):
            if run[at : at + length] in secrets:
                yield at, at + length
                break


def _redact_private_keys(text: str) -> str:
    """Replace private keys; the end of each is searched once, even if many begin before it."""
    begins = [(match.start(), match.end()) for match in _KEY_BEGINS.finditer(text)]
    if not begins:
        return text
    ends = [(match.start(), match.end()) for match in _KEY_ENDS.finditer(text)]
    places, at = list[tuple[int, int]](), 0
    for start, body in begins:
        while at < len(ends) and ends[at][0] < body:
            at += 1
        stop, end = ends[at] if at < len(ends) else (len(text), len(text))
        if stop - body <= _LONGEST_KEY:
            places.append((start, end))
        elif len(text) - body <= _LONGEST_KEY:
            places.append((start, len(text)))
    return _redact_places(text, places)


def _redact_places(text: str, places: Iterable[tuple[int, int]]) -> str:
    """Replace places, given in the order of their beginnings; overlapping places become one."""
    parts, kept, until = list[str](), 0, -1
    for start, end in places:
        if start >= until:
            parts += [text[kept:start], _REDACTED]
        kept = until = max(until, end)
    return "".join([*parts, text[kept:]]) if parts else text


def _redact_web_tokens(run: re.Match[str]) -> str:
    """Replace ``eyJ….eyJ….…`` within letters and dots; each part is checked once."""
    if ".eyJ" not in run[0]:
        return run[0]
    parts, kept, at = run[0].split("."), list[str](), 0
    while at < len(parts):
        head, claims, signature = [*parts[at : at + 3], "", ""][:3]
        begin = len(signature) >= _LEAST_PART and _TOKEN_BEGINS.search(head)
        if begin and _TOKEN_BEGINS.match(claims):
            kept.append(f"{head[: begin.start()]}{_REDACTED}")
            at += 3
        else:
            kept.append(head)
            at += 1
    return ".".join(kept)

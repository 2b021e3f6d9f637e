"""Texts with placeholders: braces hold the parts that are known only at run time."""

import re
from collections.abc import Callable

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import LineageContext

UNKNOWN_NAME = "{unknown}"
EMPTY_CONTEXT = LineageContext()

# A comma makes it one of Hadoop's alternatives ({2023,2024}), not a placeholder.
_PLACEHOLDER = re.compile(r"(\{[^{},]*\})")
_NAMELESS = re.compile(r"table/\{unknown\}/\{(?:unknown|(?:loop|config):[^{},]*)\}")
_ARGUMENT = re.compile(r"\{arg:([^{},]*)\}")
_PART = re.compile(r'`([^`]*)`|"([^"]*)"|\[([^\[\]]*)\]|([^.`"\[]+)')
_IS_PLAIN = re.compile(r'[^`"\[\]{]*').fullmatch
"""Tells whether a name has neither quotes nor placeholders."""
PRIVATE_USE = range(0xE000, 0xF900)
"""Characters that no name has: they stand in for placeholders while a name is parsed."""


def resolve_arguments(text: str, context: LineageContext) -> str:
    """Replace placeholders by the values of the job's arguments; unknown ones stay."""
    if "{arg:" not in text:
        return text

    def get_value(match: re.Match[str]) -> str:
        name = match[1].lstrip("-")
        found = context.arguments.get(name) or context.arguments.get(name.replace("_", "-"))
        return found.strip() if found and found.strip() else match[0]

    return _ARGUMENT.sub(get_value, text)


def is_resolved(dataset: Dataset) -> bool:
    """Tell whether no part of the name is left to run time, the account and region aside."""
    namespace = dataset.namespace.replace("{region}", "").replace("{account}", "")
    return not _PLACEHOLDER.search(namespace) and not _PLACEHOLDER.search(dataset.name)


def is_nameless(dataset: Dataset) -> bool:
    """Tell whether neither the database nor any part of the name of a catalog table is known."""
    is_table = dataset.namespace.startswith("arn:aws:glue")
    return is_table and _NAMELESS.fullmatch(dataset.name) is not None


def lower(text: str) -> str:
    """Return lower case, except for placeholders: they quote a name of the script's."""
    if "{" not in text:
        return text.lower()
    parts = _PLACEHOLDER.split(text)
    return "".join(part if index % 2 else part.lower() for index, part in enumerate(parts))


def mask(text: str) -> tuple[str, Callable[[str], str]]:
    """Replace each placeholder by one private character, so that a parser sees no ``:`` in it.

    The function that is returned puts the placeholders back into any part of the text.
    """
    if "{" not in text:
        return text, str
    found = dict.fromkeys(_PLACEHOLDER.findall(text))
    signs = {chr(code): placeholder for code, placeholder in zip(PRIVATE_USE, found, strict=False)}
    for sign, placeholder in signs.items():
        text = text.replace(placeholder, sign)

    def restore(part: str) -> str:
        return "".join(signs.get(character, character) for character in part)

    return text, restore


def split_name(name: str) -> tuple[str, ...]:
    """Return the parts of a dotted name, without their quotes (``"a"``, `` `a` ``, ``[a]``)."""
    if _IS_PLAIN(name):
        return tuple(part for part in map(str.strip, name.split(".")) if part)
    masked, restore = mask(name.strip())
    parts = (next(filter(None, groups), "").strip() for groups in _PART.findall(masked))
    return tuple(restore(part) for part in parts if part)


def strip_quotes(name: str) -> str:
    """Return one name without spaces and quotes around it."""
    return name.strip().strip("`\"'").strip()


def format_short_name(dataset: Dataset) -> str:
    """Return the name of a dataset as a sentence has it: ``sales.orders``, ``s3://lake/orders``."""
    if dataset.namespace.startswith("arn:"):
        return dataset.name.removeprefix("table/").replace("/", ".")
    return "/".join(part for part in (dataset.namespace.rstrip("/"), dataset.name) if part)

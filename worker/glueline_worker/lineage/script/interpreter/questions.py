"""Questions about settings, for each of whose answers the whole script is followed once.

``read(mode)`` and ``write(rows, mode)`` may both ask for ``mode == "full"``. What one answer
reads is never written by the other one, so the whole script is read along each answer. A setting
is an argument or a variable of the environment, which no run changes.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

from glueline_worker.lineage.script.domain.reading import Question, Reading
from glueline_worker.lineage.script.domain.template_text import get_label, is_placeholder
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    External,
    JobArgument,
    JobArguments,
    Value,
)

Answers = Mapping[str, object]
"""By setting: the value that it has on this way through the script; ``OTHER`` for another one."""

OTHER = object()
_SETTINGS = ("arg:", "env:")
_WAYS_LIMIT = 8
"""The most ways on which one script is followed."""
_CONSTANTS_LIMIT = 5
_PLAIN = (str, int, float)
_IS_TRUE = "?"
"""Ends the name of a question that asks whether a setting is there or true."""


def answer_comparison(reading: Reading, node: ast.Compare, left: Value, right: Value) -> Value:
    """Return the answer to a comparison of a setting with constants, as on the present way."""
    op = node.ops[0]
    if isinstance(op, (ast.In, ast.NotIn)) and isinstance(left, str) and _holds_settings(right):
        given = _is_given(reading, left.lstrip("-"))
        return UNKNOWN if given is None else given == isinstance(op, ast.In)
    if isinstance(op, (ast.Eq, ast.NotEq)):
        subject = _get_subject(left)
        constants: list[Value] = [right]
        if not subject:
            subject, constants = _get_subject(right), [left]
    elif isinstance(op, (ast.In, ast.NotIn)) and isinstance(right, (list, tuple, dict)):
        subject, constants = _get_subject(left), list(right)
    else:
        return UNKNOWN
    if not subject or not all(map(_is_constant, constants)):
        return UNKNOWN
    found = _ask(reading, subject, [_fold(constant) for constant in constants])
    return UNKNOWN if found is None else found == isinstance(op, (ast.Eq, ast.In))


def _holds_settings(value: Value) -> bool:
    is_external = isinstance(value, External) and value.name in {"argv", "environ"}
    return is_external or isinstance(value, JobArguments)


def _is_given(reading: Reading, name: str) -> bool | None:
    """Tell whether the job is started with an argument."""
    if reading.state.context.arguments.get(name):
        return True
    return _ask(reading, f"given:{name}", [True])


def answer_truth(reading: Reading, value: Value) -> bool | None:
    """Return whether a setting is there or true, as on the present way."""
    subject = _get_subject(value)
    return _ask(reading, subject + _IS_TRUE, [True]) if subject else None


def choose_key(
    reading: Reading, box: dict[Any, Value], key: Value, *, is_strict: bool = True
) -> Value:
    """Return the entry of a dict that a setting names on the present way; else ``key``.

    ``SETTINGS[stage]`` chooses a bucket and a database that belong together. A lookup that is
    strict has only the values that there are keys for.
    """
    subject = "" if isinstance(key, JobArgument) else _get_subject(key)
    if not subject or key in box or not 1 < len(box) <= _CONSTANTS_LIMIT:
        return key
    entries = {_fold(name): name for name in box if _is_constant(name)}
    if len(entries) < len(box):
        return key
    answer = reading.answers.get(subject)
    if answer is not None:
        return entries.get(answer, key)
    _ask(reading, subject, list(entries))
    question = reading.questions[subject]
    question.is_decisive |= all(isinstance(value, (dict, list, tuple)) for value in box.values())
    if is_strict:
        before = question.keys
        question.keys = set(entries) if before is None else before & entries.keys()
    else:
        question.is_open = True
    return key


def is_other(reading: Reading, key: Value) -> bool:
    """Tell whether a setting has none of the values that the script names, on the present way."""
    return reading.answers.get(_get_subject(key)) is OTHER


def _ask(reading: Reading, subject: str, constants: Sequence[object]) -> bool | None:
    answer = reading.answers.get(subject)
    if answer is not None:
        return answer in constants
    asked = reading.questions.setdefault(subject, Question())
    asked.constants.update(dict.fromkeys(constants))
    asked.places.add(reading.stack[-1] if reading.stack else None)
    return None


def list_ways(reading: Reading) -> list[Answers]:
    """List the answers to follow one by one; none where no question is asked in two functions."""
    chosen: dict[str, list[object]] = {}
    is_open = any(len(names) > 1 for names in reading.state.databases_set.values())
    found = [
        (name, question)
        for name, question in reading.questions.items()
        if (question.is_decisive or is_open or len(question.places) > 1)
        and len(question.constants) <= _CONSTANTS_LIMIT
    ]
    for name, question in sorted(found, key=lambda item: -len(item[1].places)):
        answers = [*question.constants, OTHER]
        if question.keys and not question.is_open:
            answers = [constant for constant in question.constants if constant in question.keys]
        if prod(map(len, chosen.values())) * len(answers) <= _WAYS_LIMIT:
            chosen[name] = answers
    if not chosen:
        return []
    return [dict(zip(chosen, row, strict=True)) for row in product(*chosen.values())]


def _get_subject(value: Value) -> str:
    """Return the setting that a value is; "" for anything else."""
    if isinstance(value, JobArgument):
        return value.name
    label = ""
    if isinstance(value, str) and is_placeholder(value):
        label = get_label(value)
    elif isinstance(value, External) and not value.path.startswith("text"):
        label = value.label
    return label if label.startswith(_SETTINGS) else ""


def _is_constant(value: Value) -> bool:
    return (
        isinstance(value, _PLAIN) and not isinstance(value, JobArgument) and not _get_subject(value)
    )


def _fold(constant: Value) -> object:
    return constant.casefold() if isinstance(constant, str) else constant

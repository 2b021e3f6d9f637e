"""What other programs may put on the queue that is no good, and what is said of each."""

import base64
import gzip
import json
import pickle
from typing import Any
from uuid import uuid4

SECRET = "hunter2hunter2"
REQUEST = {
    "schema_version": 1,
    "kind": "request",
    "scope": {"kind": "database", "name": "raw_sales_0000"},
}
UNIT = {"schema_version": 1, "kind": "databases", "run_id": "0" * 32, "source": "default"}
KOMBU_DATE = {"__type__": "datetime", "__value__": "soon"}
"""Kombu reads objects of this form as dates, and this is none."""


def envelope(args: Any, task: str = "glueline.request", **changes: Any) -> dict[str, Any]:
    """A message as kombu writes it, from what its protocol documents."""
    return {**_envelope_of(json.dumps([args, {}, {}]), task), **changes}


def raw(text: str, task: str = "glueline.request") -> dict[str, Any]:
    """A message whose one argument is the JSON ``text``, well-formed or not."""
    return _envelope_of(f"[[{text}],{{}},{{}}]", task)


def _envelope_of(body: str, task: str) -> dict[str, Any]:
    task_id = str(uuid4())
    return {
        "body": base64.b64encode(body.encode()).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {"lang": "any", "task": task, "id": task_id, "root_id": task_id},
        "properties": {
            "correlation_id": task_id,
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": "glueline"},
            "priority": 0,
            "body_encoding": "base64",
            "delivery_tag": str(uuid4()),
        },
    }


def unit(run_id: str, kind: str = "database", **fields: Any) -> dict[str, Any]:
    """A well-formed message of a unit."""
    return envelope([{**UNIT, "kind": kind, "run_id": run_id, **fields}], f"glueline.{kind}")


def huge(megabytes: int) -> dict[str, tuple[Any, str]]:
    """Messages that are too long by far."""
    text = "x" * (megabytes * 1_000_000)
    return {
        "huge source": (envelope([{**REQUEST, "source": text}]), "not a Glueline message"),
        "huge task": (envelope([REQUEST], text), "no task 'xxx"),
        "huge kind": (envelope([{**REQUEST, "kind": text}]), "not a Glueline message"),
        "huge field": (envelope([{**REQUEST, text: 1}]), "not a Glueline message"),
        "huge and no JSON": (text, "not JSON"),
        "huge and no message": ({"hello": text}, "lacks the fields"),
        "huge body of no JSON": (envelope([REQUEST], body=_body(text.encode())), "be decoded"),
    }


def _properties(**changes: Any) -> dict[str, Any]:
    properties = {**envelope([])["properties"], **changes}
    return {name: value for name, value in properties.items() if value is not None}


def _headers(**changes: Any) -> dict[str, Any]:
    return envelope([REQUEST], headers={"task": "glueline.request", "id": "1", **changes})


def _body(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _nested(depth: int) -> str:
    return "[" * depth + "]" * depth


POISON: dict[str, tuple[Any, str]] = {
    "not JSON": ("{oops", "not JSON"),
    "not text": (b"\xff\xfe\x00", "not JSON"),
    "nothing": ("", "not JSON"),
    "deep": (_nested(200_000), "not JSON"),
    "a number of many digits": ("9" * 10_000, "not JSON"),
    "no date": ({"properties": KOMBU_DATE}, "not JSON"),
    "NaN": ("NaN", "lacks the fields"),
    "no object": ([1, 2], "lacks the fields"),
    "no fields": ({"hello": "world"}, "lacks the fields"),
    "null": (None, "lacks the fields"),
    "no properties": (envelope([REQUEST], properties=None), "lacks the fields"),
    "no headers": (envelope([REQUEST], headers=None), "lacks the fields"),
    "no delivery tag": (
        envelope([REQUEST], properties=_properties(delivery_tag=None)),
        "lacks the fields",
    ),
    "empty headers": (envelope([REQUEST], headers={}), "not a Celery task"),
    "no content type": (envelope([REQUEST], **{"content-type": None}), "cannot be handled"),
    "unknown encoding": (
        envelope([REQUEST], properties=_properties(body_encoding="rot13")),
        "body_encoding is 'rot13'",
    ),
    "gzip by its encoding": (
        envelope([REQUEST], body=_body(gzip.compress(b"{}")), **{"content-encoding": "gzip"}),
        "content-encoding is 'gzip'",
    ),
    "another character set": (
        envelope([REQUEST], **{"content-encoding": "utf-16"}),
        "content-encoding is 'utf-16'",
    ),
    "an encoding of no text": (envelope([REQUEST], **{"content-encoding": 8}), "encoding is 8"),
    "unknown compression": (_headers(compression="application/x-odd"), "compression is"),
    "a header twice": (
        json.dumps(envelope([REQUEST])).replace('"lang": "any"', '"id": "1"'),
        "the key 'id' stands twice",
    ),
    "expired": (_headers(expires="2001-01-01T00:00:00+00:00"), "had expired"),
    "bad base64": (envelope([REQUEST], body="%%%%%"), "cannot be handled"),
    "body of no JSON": (envelope([REQUEST], body=_body(b"{")), "cannot be decoded"),
    "body of no text": (envelope([REQUEST], body=_body(b"\xff\xfe")), "cannot be decoded"),
    "body is a number": (envelope([REQUEST], body=17), "cannot be handled"),
    "body holds no arguments": (envelope([REQUEST], body=_body(b"17")), "cannot be handled"),
    "arguments are no list": (envelope(17), "cannot be handled"),
    "pickle": (
        envelope(
            [REQUEST],
            body=_body(pickle.dumps({**REQUEST, "password": SECRET})),
            **{"content-type": "application/x-python-serialize", "content-encoding": "binary"},
        ),
        "not a Celery task: ContentDisallowed",
    ),
    "malformed time": (_headers(eta="soon"), "not a Celery task"),
    "time that is no text": (_headers(eta=[1]), "not a Celery task"),
    "identity of no text": (
        envelope([REQUEST], headers={"task": "glueline.request", "id": {}}),
        "cannot be handled",
    ),
    "task of no text": (envelope([REQUEST], headers={"task": {}, "id": "1"}), "cannot be handled"),
    "unknown task": (envelope([REQUEST], "glueline.explode"), "no task 'glueline.explode'"),
    "no arguments": (envelope([]), "one argument"),
    "two arguments": (envelope([REQUEST, REQUEST]), "one argument"),
    "unknown kind": (envelope([{**REQUEST, "kind": "wish"}]), "not a Glueline message"),
    "unknown field": (envelope([{**REQUEST, "color": "red"}]), "not a Glueline message"),
    "duplicate keys": (
        raw('{"kind": "wish", "schema_version": 1, "kind": "request"}'),
        "the key 'kind' stands twice",
    ),
    "no number": (raw('{"kind": "request", "schema_version": NaN}'), "schema_version"),
    "infinite": (raw('{"kind": "request", "schema_version": 1e999}'), "schema_version"),
    "huge number": (raw(f'{{"kind": "request", "schema_version": {"9" * 5000}}}'), "be decoded"),
    "deep body": (raw(_nested(200_000)), "cannot be decoded"),
    "deep argument": (raw(_nested(600)), "not a Glueline message"),
    "wrong types": (envelope([{**REQUEST, "scope": [], "filters": 7}]), "not a Glueline message"),
    "old version": (envelope([{**REQUEST, "schema_version": 0}]), "schema_version"),
    "future version": (envelope([{**REQUEST, "schema_version": 2}]), "schema_version"),
    "future unit": (
        envelope([{**UNIT, "schema_version": 2}], "glueline.databases"),
        "schema_version",
    ),
    "no dict": (envelope(["catalog"]), "not a Glueline message"),
    "half a character": (
        raw('{"kind": "request", "scope": {"kind": "database", "name": "\\ud800"}}'),
        "not a Glueline message",
    ),
    "no name": (
        envelope([{**REQUEST, "scope": {"kind": "job", "name": ""}}]),
        "not a Glueline message",
    ),
    "kind of another task": (envelope([UNIT]), "came as task"),
    "unknown source": (envelope([{**REQUEST, "source": "mars"}]), "no source 'mars'"),
    "unknown run": (unit("0" * 32, "databases"), "no run '0000"),
    "odd run": (unit("../../etc"), "not a Glueline message"),
    "secret": (envelope([{**REQUEST, "password": SECRET}]), "not a Glueline message"),
    "secret that cannot be handled": (
        envelope([{**REQUEST, "password": SECRET}], **{"content-type": None}),
        "cannot be handled",
    ),
}
"""By name: a message, text or bytes, and part of the reason of its dead letter."""

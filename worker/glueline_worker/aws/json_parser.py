"""Parse AWS answers as plain JSON.

botocore walks the service model for every value, which is most of the CPU time of a listing:
10,000 tables of 30 columns took 1.6 s with it and 0.45 s with this parser. The model would turn
numbers into datetimes and drop members that it does not know; neither is wanted here. Errors take
botocore's usual way and keep their classes.

Tables and partitions are not decoded at all: they stay slices of the JSON (``msgspec.Raw``), and
whoever needs more than a name decodes them. A page that has another form than a page is decoded
whole, so that ``check_answer`` can say what is wrong with it.
"""

from typing import Any

import msgspec
from aiobotocore.parsers import AioJSONParser, AioResponseParserFactory
from msgspec import Raw

from glueline_worker.catalog.listed import decode_json

_ITEMS = {
    "GetTablesResponse": "TableList",
    "GetPartitionsResponse": "Partitions",
    "GetTableResponse": "Table",
}
"""The members that stay JSON, or whose items do, by the names of the answers' shapes."""
_NULL = Raw(b"null")
_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_LIST = msgspec.json.Decoder(list[Raw])


class UnreadableAnswer(OSError):
    """The status is good and the body is no JSON object: a broken proxy or a cut connection."""


class PlainJSONParser(AioJSONParser):
    """Returns the body of a good answer as plain JSON values.

    botocore itself turns a body that is no JSON into an empty answer: a page of tables would be
    silently lost. Here it is an error.
    """

    async def _do_parse(self, response: dict[str, Any], shape: Any) -> dict[str, Any]:
        if shape is not None and shape.event_stream_name:
            return await super()._do_parse(response, shape)  # type: ignore[no-any-return]
        parsed = parse_body(response["body"], shape.name if shape is not None else "")
        self._inject_response_metadata(parsed, response["headers"])
        return parsed


class ParserFactory(AioResponseParserFactory):
    """Makes a ``PlainJSONParser`` for Glue's protocol and botocore's own for all others."""

    def create_parser(self, protocol_name: str) -> Any:
        """Make the parser for one protocol of the service models."""
        if protocol_name == "json":
            return PlainJSONParser(**self._defaults)
        return super().create_parser(protocol_name)


def parse_body(body: bytes, shape: str = "") -> dict[str, Any]:
    """Parse an answer of the ``shape``: the items of pages stay ``msgspec.Raw``.

    Raises UnreadableAnswer for anything but a JSON object.
    """
    if member := _ITEMS.get(shape):
        try:
            return _slice_items(body, member)
        except (ValueError, LookupError, RecursionError):
            pass  # whatever is wrong with it shows when all of it is decoded
    try:
        parsed = decode_json(body)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise UnreadableAnswer("the answer is not a JSON object")
    return parsed


def _slice_items(body: bytes, member: str) -> dict[str, Any]:
    """Return an answer with its items as slices; raises ValueError where one is no object."""
    if not body.isascii():
        body.decode()  # slicing does not look at the letters of a text
    members = _OBJECT.decode(body)
    content = members.pop(member)
    found = {name: decode_json(bytes(text)) for name, text in members.items()}
    if bytes(content).startswith(b"["):
        return {**found, member: [_check_item(each) for each in _LIST.decode(content)]}
    return {**found, member: _check_item(content)}


def _check_item(item: Raw) -> Raw | None:
    if item == _NULL:
        return None
    if not bytes(item).startswith(b"{"):
        raise ValueError("an item is no object")
    return item

"""Parse AWS answers as plain JSON.

botocore walks the service model for every value, which is most of the CPU time of a listing:
10,000 tables of 30 columns took 1.6 s with it and 0.45 s with this parser. The model would turn
numbers into datetimes and drop members that it does not know; neither is wanted here. Errors take
botocore's usual way and keep their classes.
"""

import json
from typing import Any

import orjson
from aiobotocore.parsers import AioJSONParser, AioResponseParserFactory


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
        parsed = _parse_object(response["body"])
        self._inject_response_metadata(parsed, response["headers"])
        return parsed


class ParserFactory(AioResponseParserFactory):
    """Makes a ``PlainJSONParser`` for Glue's protocol and botocore's own for all others."""

    def create_parser(self, protocol_name: str) -> Any:
        """Make the parser for one protocol of the service models."""
        if protocol_name == "json":
            return PlainJSONParser(**self._defaults)
        return super().create_parser(protocol_name)


def _parse_leniently(body: bytes) -> Any:
    """Parse JSON with lone surrogates, which become ``?``; return None for anything else."""
    try:
        parsed = json.loads(body)
        return orjson.loads(json.dumps(parsed, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _parse_object(body: bytes) -> dict[str, Any]:
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        parsed = _parse_leniently(body)
    if not isinstance(parsed, dict):
        raise UnreadableAnswer("the answer is not a JSON object")
    return parsed

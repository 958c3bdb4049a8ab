"""What a request brings, within limits, or a refusal."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.requests import Request

from eschool_web.asking import MAX_ID_DIGITS
from eschool_web.guard import FORM_TYPE
from eschool_web.refusals import NOT_FOUND, RefusedRequest

MAX_BODY_BYTES: Final = 256 * 1024
MAX_FILE_BODY_BYTES: Final = 32 * 1024 * 1024
"""A file to be imported comes in base64; the importers have limits of their own."""

MAX_FIELDS: Final = 200
MALFORMED: Final = "web.refused.body"


async def read(request: Request, limit: int = MAX_BODY_BYTES) -> dict[str, Any]:
    """Return the JSON object that a request brings.

    Raises:
        RefusedRequest: It is too long, no JSON object, or names something twice.
    """
    packed = await _packed(request, limit)
    try:
        value = json.loads(packed, object_pairs_hook=_each_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise RefusedRequest(400, MALFORMED) from None
    if not isinstance(value, dict):
        raise RefusedRequest(400, MALFORMED)
    return value


async def read_any(request: Request, limit: int = MAX_BODY_BYTES) -> dict[str, Any]:
    """Return what a request brings, as a JSON object or as a form with each field once.

    Raises:
        RefusedRequest: As ``read``.
    """
    if not request.headers.get("content-type", "").lower().startswith(FORM_TYPE):
        return await read(request, limit)
    packed = await _packed(request, MAX_BODY_BYTES)
    try:
        pairs = parse_qsl(
            packed.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(packed),
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
        # Browsers send the end of a line as two signs, whatever was typed.
        return _each_once([(name, value.replace("\r\n", "\n")) for name, value in pairs])
    except ValueError:
        raise RefusedRequest(400, MALFORMED) from None


async def _packed(request: Request, limit: int) -> bytes:
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared) > limit:
        raise RefusedRequest(413, MALFORMED)
    packed = bytearray()
    async for chunk in request.stream():
        packed += chunk
        if len(packed) > limit:
            raise RefusedRequest(413, MALFORMED)
    return bytes(packed)


def query(request: Request) -> dict[str, str]:
    """Return what stands behind the question mark.

    Raises:
        RefusedRequest: A name stands there twice.
    """
    pairs = request.query_params.multi_items()
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RefusedRequest(400, MALFORMED)
    return found


def ids(request: Request) -> dict[str, int]:
    """Return the ids in the address.

    Raises:
        RefusedRequest: One is no id.
    """
    found = {}
    for name, given in request.path_params.items():
        word = str(given)
        if not word.isascii() or not word.isdigit() or len(word) > MAX_ID_DIGITS:
            raise RefusedRequest(404, NOT_FOUND)
        found[name] = int(word)
    return found


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(_: str) -> object:
    raise ValueError("not a number of JSON")

"""Errors of transport and trust as they travel: a status and a small msgpack map.

``{"kind": …, "key": …, "params": {…}}`` – the class of the error, the name of its text and what
the text is filled with. No sentence, stack, statement or path ever travels. What comes back is
not trusted: only a key that our own texts know, filled as they want it, becomes an error.
"""

from __future__ import annotations

from typing import Any, Final

import msgpack

from eschool_core import labels
from eschool_core.errors import (
    AccessError,
    BusyError,
    DamageError,
    EschoolError,
    InputError,
    TransportError,
)

CONTENT_TYPE: Final = "application/x-eschool"
MAX_ERROR_BYTES: Final = 4_096
MAX_PARAMS: Final = 16
MAX_TEXT: Final = 200

_KINDS: Final[dict[str, type[EschoolError]]] = {
    "access": AccessError,
    "busy": BusyError,
    "damage": DamageError,
    "input": InputError,
    "transport": TransportError,
}
_STATUS_OF_KIND: Final = {
    "access": 403,
    "busy": 503,
    "damage": 500,
    "input": 400,
    "transport": 400,
}
_STATUS_OF_KEY: Final = {
    "busy.rate": 429,
    "transport.body_limit": 413,
    "transport.body_slow": 408,
    "transport.content_type": 415,
    "transport.incident": 500,
    "transport.method": 405,
    "transport.route": 404,
    "transport.version": 426,
}


def travels(error: EschoolError) -> bool:
    """Whether an error is one of transport and trust; a clause's refusal is a verdict instead."""
    return _kind_of(error) is not None


def status_of(error: EschoolError) -> int:
    """Return the HTTP status of an error that travels."""
    kind = _kind_of(error)
    assert kind is not None
    return _STATUS_OF_KEY.get(error.key, _STATUS_OF_KIND[kind])


def pack_error(error: EschoolError) -> bytes:
    """Return the body for an error that travels."""
    packed: bytes = msgpack.packb(
        {"kind": _kind_of(error), "key": error.key, "params": error.params}
    )
    return packed


def unpack_error(body: bytes) -> EschoolError | None:
    """Return the error that ``pack_error`` packed, or None for anything else.

    Args:
        body: From anywhere; it is not trusted.
    """
    if len(body) > MAX_ERROR_BYTES:
        return None
    try:
        fields = msgpack.unpackb(body, max_map_len=MAX_PARAMS, max_array_len=0)
    except (ValueError, msgpack.UnpackException):
        return None
    if not isinstance(fields, dict) or set(fields) != {"kind", "key", "params"}:
        return None
    kind, key, params = fields["kind"], fields["key"], fields["params"]
    if kind not in _KINDS or not isinstance(key, str) or not _are_params(params):
        return None
    error = _KINDS[kind](key, **params)
    return error if _has_text(error) else None


def _kind_of(error: EschoolError) -> str | None:
    return next((kind for kind, known in _KINDS.items() if isinstance(error, known)), None)


def _are_params(params: Any) -> bool:
    return isinstance(params, dict) and all(
        isinstance(name, str)
        and name.isidentifier()
        and name not in {"self", "key"}
        and (type(value) is int or (isinstance(value, str) and _is_plain(value)))
        for name, value in params.items()
    )


def _is_plain(text: str) -> bool:
    """Whether a text can be shown as it is: no control characters, not too long."""
    return len(text) <= MAX_TEXT and text.isprintable()


def _has_text(error: EschoolError) -> bool:
    try:
        labels.message(error)
        labels.remedy(error)
    except (KeyError, ValueError, AttributeError, IndexError):
        return False
    return True

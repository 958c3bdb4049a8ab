from __future__ import annotations

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eschool_core.errors import (
    AccessError,
    BusyError,
    DamageError,
    EschoolError,
    InputError,
    RegulationError,
    TransportError,
)
from eschool_core.labels import message
from eschool_core.regulation import checks
from eschool_sync.protocol.error_body import (
    MAX_ERROR_BYTES,
    MAX_TEXT,
    pack_error,
    status_of,
    travels,
    unpack_error,
)

ERRORS: tuple[EschoolError, ...] = (
    AccessError("access.denied"),
    BusyError("busy.server", retry_after=5),
    DamageError("damage.replica"),
    InputError("protocol.malformed", part="zstd"),
    TransportError("transport.incident", incident="0a1b"),
)


@pytest.mark.parametrize("error", ERRORS, ids=str)
def test_an_error_comes_back_as_it_was(error: EschoolError) -> None:
    back = unpack_error(pack_error(error))
    assert back is not None
    assert (type(back), back.key, back.params) == (type(error), error.key, error.params)


def test_a_refusal_by_a_clause_does_not_travel() -> None:
    assert not travels(RegulationError(checks.FOREIGN_PAGE))
    assert all(travels(error) for error in ERRORS)


def test_every_status_is_one_of_an_error() -> None:
    assert [status_of(error) for error in ERRORS] == [403, 503, 500, 400, 500]


def body(**changes: object) -> bytes:
    fields = {"kind": "access", "key": "access.denied", "params": {}} | changes
    packed: bytes = msgpack.packb(fields)
    return packed


@pytest.mark.asvs("1.5.2")
@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"<html>",
        b"\xc1",
        msgpack.packb([1, 2, 3]),
        msgpack.packb({"key": "access.denied"}),
        body(kind="regulation"),
        body(kind=["access"]),
        body(kind=None),
        body(key=5),
        body(key="no.such.text"),
        body(key="access.denied.remedy"),
        body(key="server.page.title"),
        body(more=1),
        body(params=[]),
        body(params={"a b": 1}),
        body(params={"self": 1}),
        body(params={"key": 1}),
        body(params={"a": None}),
        body(params={"a": 1.5}),
        body(params={"a": b"x"}),
        body(params={"a": {"b": 1}}),
        body(params={"a": [1]}),
        body(params={"a": True}),
        body(params={"a": "\x1b[31m"}),
        body(params={"a": "line\nline"}),
        body(params={"a": "\u202e"}),
        body(params={"a": "x" * (MAX_TEXT + 1)}),
        body(params={f"a{number}": 1 for number in range(40)}),
        body(params={"a": "x"}) + b"\0",
        b"\x81" * 5_000,
        body(params={"a": "x" * MAX_ERROR_BYTES}),
        # Its text names a parameter that is missing.
        body(kind="busy", key="busy.server"),
    ],
)
def test_what_we_would_not_have_said_is_no_error_of_ours(bad: bytes) -> None:
    assert unpack_error(bad) is None


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_harm(data: bytes) -> None:
    error = unpack_error(data)
    assert error is None or message(error)

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eschool_core.app import Outcome
from eschool_core.domain.enums import Verdict
from eschool_core.errors import AccessError, InputError, TransportError
from eschool_core.ids import MAX_DEVICE, MAX_NUMBER
from eschool_sync.protocol.compression import compress, decompress
from eschool_sync.protocol.enrolling import (
    EnrolRequest,
    EnrolResponse,
    read_enrol_request,
    read_enrol_response,
)
from eschool_sync.protocol.messages import (
    MAX_REQUEST_BYTES,
    Checkpoint,
    SyncRequest,
    SyncResponse,
    pack_outcome,
    pack_parts,
    pack_unchanged,
    parts_hash,
    read_request,
    read_response,
    unpack_outcome,
    unpack_parts,
)
from eschool_sync.protocol.receipts import Place
from eschool_sync.protocol.version import VERSION
from tests.sync.protocol.samples import DEVICE, DEVICE_KEY, SCHOOL, SCHOOL_KEY

SCOPE = parts_hash([1, 33, 50])
REQUEST = SyncRequest(SCHOOL, DEVICE, b"i" * 16, 40, 7, SCOPE, None, None, 39, b"mark", b"computer")
OUTCOMES = (
    (8, Outcome(Verdict.ACCEPTED)),
    (9, Outcome(Verdict.WITH_FINDINGS, findings=(("4.5.3/late", (("late_minutes", 5),)),))),
    (10, Outcome(Verdict.REJECTED, "4.5.2/scale", (("lowest", 2), ("highest", 5)), "4.5.2")),
    (11, Outcome(Verdict.HELD, "command.failed", overwritten=2)),
)
RESPONSE = SyncResponse(
    b"i" * 16,
    OUTCOMES,
    [[21, b"block"]],
    pack_parts([1, 33]),
    pack_parts([]),
    Checkpoint(41, 11, 5, b"d" * 16, SCOPE, b"h" * 32),
    b"anchor",
    REQUEST.name(),
    b"tree head",
    (b"1" * 32, b"2" * 32),
    more=True,
)
ENROL = EnrolRequest("0123-4567", DEVICE_KEY.public_bytes, "Ноутбук в кабинете 14")
ENROLLED = EnrolResponse(SCHOOL, DEVICE, 3, b"c", b"k" * 32, b"d" * 32, b"i" * 16, b"a")
ALLOWED = (InputError, AccessError, TransportError)

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=9)
    | st.binary(max_size=40),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=12,
)  # fmt: skip


def read_checked(data: bytes) -> SyncRequest:
    return read_request(data).check_signature(DEVICE_KEY.public_bytes)


READERS: list[Callable[[bytes], object]] = [
    read_checked,
    lambda data: read_response(data, REQUEST),
    read_enrol_request,
    read_enrol_response,
]
VALID = [
    REQUEST.sealed(DEVICE_KEY),
    RESPONSE.to_bytes(),
    ENROL.to_bytes(),
    ENROLLED.to_bytes(),
]


def test_a_request_comes_out_as_it_went_in() -> None:
    assert read_checked(REQUEST.sealed(DEVICE_KEY)) == REQUEST
    full = SyncRequest(SCHOOL, DEVICE, b"", 0, 0, SCOPE, pack_parts([1, 2]), b"push")
    assert read_checked(full.sealed(DEVICE_KEY)) == full


@pytest.mark.threat("T4")
def test_a_request_of_another_key_is_refused() -> None:
    with pytest.raises(AccessError) as caught:
        read_request(REQUEST.sealed(SCHOOL_KEY)).check_signature(DEVICE_KEY.public_bytes)
    assert caught.value.key == "access.signature"


def test_a_response_comes_out_as_it_went_in() -> None:
    assert read_response(RESPONSE.to_bytes(), REQUEST) == RESPONSE


@pytest.mark.parametrize("numbers", [(0, 0, 0), (2**53, 5, 9)])
def test_places_of_verdicts_come_out_as_they_went_in(numbers: tuple[int, int, int]) -> None:
    told = replace(RESPONSE, places=(Place(*numbers),) * len(OUTCOMES), receipt=b"signed")
    assert read_response(told.to_bytes(), REQUEST) == told


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("strange", [-1, None, "7"])
def test_a_place_that_is_none_is_refused(place: int, strange: Any) -> None:
    numbers: list[Any] = [7, 8, 9]
    numbers[place] = strange
    told = replace(RESPONSE, places=(Place(1, 2, 3), Place(*numbers)) * 2)
    with pytest.raises(InputError) as caught:
        read_response(told.to_bytes(), REQUEST)
    assert caught.value.key == "protocol.malformed"


@pytest.mark.parametrize("count", [1, len(OUTCOMES) + 1])
def test_each_verdict_has_its_place(count: int) -> None:
    told = replace(RESPONSE, places=(Place(1, 2, 3),) * count)
    with pytest.raises(InputError) as caught:
        read_response(told.to_bytes(), REQUEST)
    assert caught.value.key == "protocol.malformed"


def test_an_unchanged_school_is_told_by_its_sums() -> None:
    read = read_response(pack_unchanged(5, b"d" * 16, b"anchor"), REQUEST)
    point = Checkpoint(REQUEST.cursor, REQUEST.ack, 5, b"d" * 16, REQUEST.scope, b"")
    none = pack_parts([])
    assert read == SyncResponse(
        *(REQUEST.incarnation, (), [], none, none, point, b"anchor", REQUEST.name()),
        is_unchanged=True,
    )


@pytest.mark.parametrize(
    "other",
    [
        replace(REQUEST, cursor=41),
        replace(REQUEST, ack=8),
        replace(REQUEST, mark=b"head"),
        replace(REQUEST, push=b"push"),
    ],
)
def test_an_answer_to_another_request_is_none(other: SyncRequest) -> None:
    """A true answer that comes late must not look like a false one to what was asked since."""
    with pytest.raises(InputError) as caught:
        read_response(RESPONSE.to_bytes(), other)
    assert caught.value.key == "protocol.malformed"


def test_who_loads_everything_anew_is_not_told_that_nothing_is_new() -> None:
    with pytest.raises(InputError):
        read_response(pack_unchanged(5, b"d" * 16, b"anchor"), replace(REQUEST, cursor=0))


def test_enrolment_comes_out_as_it_went_in() -> None:
    assert read_enrol_request(ENROL.to_bytes()) == ENROL
    assert read_enrol_response(ENROLLED.to_bytes()) == ENROLLED


@pytest.mark.parametrize("outcome", [outcome for _, outcome in OUTCOMES])
def test_a_verdict_comes_out_as_it_went_in(outcome: Outcome) -> None:
    stored = msgpack.unpackb(msgpack.packb(pack_outcome(outcome)))
    assert unpack_outcome(stored) == outcome


@given(st.lists(st.integers(0, 2**57), unique=True).map(sorted))
@settings(deadline=None, derandomize=True)
def test_partitions_come_out_as_they_went_in(parts: list[int]) -> None:
    assert unpack_parts(pack_parts(parts)) == parts


def test_scopes_have_names_of_their_own() -> None:
    scopes: list[list[int]] = [[], [1], [2], [1, 2], [1 << 8], [0, 1]]
    assert len({parts_hash(scope) for scope in scopes}) == len(scopes)


@pytest.mark.parametrize("version", [0, 2, -1, True, "1", None, 2**40])
@pytest.mark.parametrize("reader", READERS[1:])
def test_another_version_is_refused_before_anything_else(
    version: object, reader: Callable[[bytes], object]
) -> None:
    with pytest.raises(TransportError) as caught:
        reader(compress(msgpack.packb([version, "strange"])))
    assert (caught.value.key, caught.value.params) == ("transport.version", {"ours": VERSION})


def test_another_version_of_a_request_is_refused_too() -> None:
    with pytest.raises(TransportError):
        read_request(compress(bytes(64) + msgpack.packb([2])))


def body(*fields: Any) -> bytes:
    return compress(bytes(64) + msgpack.packb([VERSION, *fields]))


@pytest.mark.asvs("1.5.2")
@pytest.mark.parametrize(
    ("place", "bad"),
    [
        (0, -1),
        (0, 2**53),
        (0, "77"),
        (0, True),
        (1, MAX_DEVICE + 1),
        (1, -1),
        (1, None),
        (2, "incarnation"),
        (3, 2**53),
        (3, 1.0),
        (4, MAX_NUMBER + 1),
        (5, None),
        (6, [1]),
        (6, "parts"),
        (7, [b"push"]),
        (7, {}),
        (8, -1),
        (9, "mark"),
        (10, "computer"),
        (10, b""),
        (10, b"short"),
    ],
)
def test_a_field_of_a_request_out_of_its_range_is_refused(place: int, bad: object) -> None:
    fields: list[Any] = [SCHOOL, DEVICE, b"", 0, 0, SCOPE, None, None, 0, b"", b"computer"]
    assert read_request(body(*fields)).request.device == DEVICE
    fields[place] = bad
    with pytest.raises(InputError) as caught:
        read_request(body(*fields))
    assert caught.value.key == "protocol.malformed"


@pytest.mark.asvs("15.3.3")
def test_an_additional_field_is_refused() -> None:
    with pytest.raises(InputError):
        read_request(
            body(SCHOOL, DEVICE, b"", 0, 0, SCOPE, None, None, 0, b"", b"computer", "role")
        )


@pytest.mark.parametrize(
    ("code", "key", "label"),
    [
        ("c" * 101, b"k" * 32, ""),
        ("code", b"k" * 31, ""),
        ("code", b"k" * 33, ""),
        ("code", b"k" * 32, "l" * 101),
        ("code", b"k" * 32, "line\nbreak"),
        ("code", b"k" * 32, "\x1b[2J"),
        ("code", b"k" * 32, "\u202eright to left"),
    ],
)
def test_an_enrolment_with_a_strange_field_is_refused(code: str, key: bytes, label: str) -> None:
    with pytest.raises(InputError):
        read_enrol_request(EnrolRequest(code, key, label).to_bytes())


@pytest.mark.asvs("row 22")
@pytest.mark.parametrize("over", [-1, 0, 1])
def test_a_request_is_limited_once_unpacked(over: int) -> None:
    whole = bytes(MAX_REQUEST_BYTES + over)
    with pytest.raises(ALLOWED) as caught:
        read_request(compress(whole))
    assert (caught.value.key == "protocol.too_large") == (over > 0)


@pytest.mark.threat("T22")
@pytest.mark.asvs("row 22")
@pytest.mark.parametrize(
    "header",
    [b"\xdd\x00\x7f\xff\xff", b"\xdf\x00\x7f\xff\xff", b"\xdc\xff\xff", b"\xdc\x27\x10"],
    ids=["8 Mi items", "8 Mi pairs", "65 535 items", "as many as are taken"],
)
@pytest.mark.parametrize(
    ("reader", "mebibytes"),
    [(READERS[0], 32), (READERS[1], 128), (READERS[2], 32), (READERS[3], 32)],
    ids=["request", "response", "enrolment", "enrolled"],
)
def test_nested_headers_take_no_memory_out_of_proportion(
    header: bytes, reader: Callable[[bytes], object], mebibytes: int
) -> None:
    bomb = compress(header * (MAX_REQUEST_BYTES // len(header)))
    assert len(bomb) < 10_000
    tracemalloc.start()
    try:
        with pytest.raises(ALLOWED):
            reader(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < mebibytes * 1024 * 1024


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        pack_parts([1])[:-1],
        msgpack.packb([1]),
    ],
)
def test_partitions_that_are_none_are_refused(packed: bytes) -> None:
    with pytest.raises(InputError):
        unpack_parts(packed)


@pytest.mark.parametrize("strange", [["1"], [b"1"], [None], [-1]])
def test_a_partition_is_a_number(strange: list[Any]) -> None:
    from eschool_sync.protocol.columns import pack_columns

    with pytest.raises(InputError):
        unpack_parts(pack_columns([(value,) for value in strange], 1))


@given(st.integers(0, 3), st.binary(max_size=300))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_any_bytes_are_refused_in_one_of_our_ways(which: int, data: bytes) -> None:
    for sent in (data, compress(data)):
        with pytest.raises(ALLOWED):
            READERS[which](sent)


@pytest.mark.asvs("1.5.2")
@given(st.integers(0, 3), st.lists(anything, max_size=10))
@settings(max_examples=500, deadline=None, derandomize=True)
def test_any_structure_is_refused_in_one_of_our_ways(which: int, fields: list[Any]) -> None:
    with pytest.raises(ALLOWED):
        READERS[which](compress(msgpack.packb([VERSION, *fields])))


@given(st.integers(0, 3), st.integers(0, 20), anything)
@settings(max_examples=500, deadline=None, derandomize=True)
def test_any_field_in_a_message_is_read_or_refused_in_one_of_our_ways(
    which: int, place: int, strange: object
) -> None:
    plain = decompress(VALID[which], MAX_REQUEST_BYTES)
    skip = 64 if which == 0 else 0
    fields = msgpack.unpackb(plain[skip:])
    fields[place % len(fields)] = strange
    changed = plain[:skip] + msgpack.packb(fields)
    try:
        READERS[which](compress(changed))
    except ALLOWED:
        return
    assert which != 0 or changed == plain, "the signature does not cover a field"


@given(anything)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_any_verdict_is_read_or_refused(strange: Any) -> None:
    fields = strange if isinstance(strange, list) else [strange]
    for candidate in (fields, [1, "", [], "", [], 0, *fields], [1, "", fields, "", fields, 0]):
        try:
            unpack_outcome(candidate)
        except InputError:
            continue

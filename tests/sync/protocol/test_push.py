from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eschool_core.errors import AccessError, InputError
from eschool_core.ids import MAX_NUMBER
from eschool_sync.history.merkle import leaf_hash
from eschool_sync.protocol.columns import pack_columns, unpack_columns
from eschool_sync.protocol.envelope import (
    Envelope,
    Header,
    Push,
    commitment_of,
    pack_payload,
    salt_of,
    unpack_payload,
)
from eschool_sync.protocol.evidence import Evidence
from eschool_sync.protocol.push import MAX_COMMANDS, MAX_GROUP, Run, pack_push, unpack_push
from tests.sync.protocol.samples import (
    ANCHORS,
    DEVICE,
    DEVICE_KEY,
    PERSON,
    RUN_KEY,
    RUNS,
    SCHOOL,
    SCHOOL_KEY,
    chain,
    evidence,
    signed,
)

FLAT = [7, 8, "текст", None]
NESTED = [7, ["a", {"family": "Иванов", "given": "И"}], True, 1.5]

scalars = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=20)
    | st.floats(allow_nan=False)
)  # fmt: skip
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3), max_leaves=6)
payloads = st.lists(values, min_size=0, max_size=5)
int64 = st.integers(-(2**63), 2**63 - 1)


@st.composite
def pushes(draw: st.DrawFn) -> Push:
    """A push of up to six commands of up to three kinds, with any content and any clocks."""
    envelopes: list[Envelope] = []
    previous, number = draw(st.binary(min_size=32, max_size=32)), draw(st.integers(1, 10_000))
    for _ in range(draw(st.integers(1, 6))):
        payload = pack_payload(draw(payloads))
        take = draw(st.integers(1, 5))
        anchor_time = draw(st.sampled_from([1_000, 2_000]))
        seen = Evidence(
            draw(int64), draw(int64), draw(int64), anchor_time, draw(int64), draw(int64)
        )
        header = Header(
            SCHOOL, DEVICE, number, take, draw(st.sampled_from(["a", "b_2", "record_mark"])),
            draw(st.integers(1, 3)), draw(st.integers(0, 2**53 - 1)),
            draw(st.integers(0, 2**53 - 1)), seen, draw(st.integers(0, MAX_NUMBER)),
            draw(st.integers(-1, MAX_NUMBER)), commitment_of(salt_of(RUN_KEY, number), payload),
            previous,
        )  # fmt: skip
        envelopes.append(Envelope(header, payload, salt_of(RUN_KEY, number)))
        previous, number = leaf_hash(header.to_bytes()), number + take
    return signed(envelopes)


@given(pushes())
@settings(max_examples=200, deadline=None, derandomize=True)
def test_a_push_comes_out_as_it_went_in(push: Push) -> None:
    runs = [Run(MAX_NUMBER, RUN_KEY)]
    read = unpack_push(pack_push(push, runs), SCHOOL, DEVICE)
    assert read == push
    read.check_signature(DEVICE_KEY.public_bytes)


def test_each_header_names_the_one_before_it() -> None:
    first, second, third = chain([FLAT, FLAT, NESTED])
    assert second.header.previous == leaf_hash(first.header.to_bytes())
    assert third.header.previous == leaf_hash(second.header.to_bytes())


def test_a_commitment_tells_nothing_without_its_salt() -> None:
    same = [entry.header.commitment for entry in chain([FLAT, FLAT])]
    assert same[0] != same[1]


def test_salts_of_commands_differ_and_follow_from_the_run_key() -> None:
    salts = {salt_of(RUN_KEY, number) for number in range(1_000)}
    assert len(salts) == 1_000
    assert salt_of(RUN_KEY, 1) != salt_of(bytes(32), 1)


@pytest.mark.parametrize("fields_of_command", [FLAT, NESTED, []])
def test_a_payload_comes_out_as_it_went_in(fields_of_command: list[Any]) -> None:
    assert unpack_payload(pack_payload(fields_of_command)) == fields_of_command


@pytest.mark.threat("T4")
@pytest.mark.parametrize("name", [field.name for field in fields(Header)])
def test_every_field_of_a_header_is_in_its_bytes(name: str) -> None:
    [envelope] = chain([FLAT])
    changed: Any = {"evidence": evidence(wall=1), "kind": "record_topic"}.get(name)
    if changed is None:
        value = getattr(envelope.header, name)
        changed = bytes(32) if isinstance(value, bytes) else value + 1
        changed = b"\x01" * 32 if name == "previous" else changed
    other = replace(envelope.header, **{name: changed})
    assert other.to_bytes() != envelope.header.to_bytes()


@pytest.mark.threat("T4")
@pytest.mark.parametrize("name", [field.name for field in fields(Evidence)])
def test_every_part_of_the_evidence_is_signed(name: str) -> None:
    push = signed(chain([FLAT]))
    entry = push.envelopes[0]
    seen = replace(entry.header.evidence, **{name: 3})
    forged = replace(push, envelopes=(replace(entry, header=replace(entry.header, evidence=seen)),))
    with pytest.raises(AccessError):
        forged.check_signature(DEVICE_KEY.public_bytes)


@pytest.mark.threat("T4")
def test_the_signature_of_another_key_is_refused() -> None:
    with pytest.raises(AccessError) as caught:
        signed(chain([FLAT])).check_signature(SCHOOL_KEY.public_bytes)
    assert caught.value.key == "access.signature"


@pytest.mark.threat("T4")
def test_a_command_can_be_neither_dropped_nor_moved() -> None:
    push = signed(chain([FLAT, NESTED, FLAT]))
    first, second, third = push.envelopes
    for others in ((first, second), (second, third), (first, third), (second, first, third)):
        with pytest.raises(AccessError):
            replace(push, envelopes=others).check_signature(DEVICE_KEY.public_bytes)


@pytest.mark.threat("T4")
@pytest.mark.parametrize("payload", [[7, 8, "тексТ", None], [7, 8, "текст"], [8, 7, "текст", None]])
def test_another_payload_breaks_the_signature(payload: list[Any]) -> None:
    push = signed(chain([FLAT]))
    entry = push.envelopes[0]
    other = replace(push, envelopes=(replace(entry, payload=pack_payload(payload)),))
    with pytest.raises(AccessError):
        unpack_push(pack_push(other, RUNS), SCHOOL, DEVICE).check_signature(DEVICE_KEY.public_bytes)


@pytest.mark.parametrize(("school", "device"), [(SCHOOL + 1, DEVICE), (SCHOOL, DEVICE + 1)])
def test_a_push_counts_only_for_its_school_and_device(school: int, device: int) -> None:
    read = unpack_push(pack_push(signed(chain([FLAT])), RUNS), school, device)
    with pytest.raises(AccessError):
        read.check_signature(DEVICE_KEY.public_bytes)


def refused(fields_of_push: list[Any]) -> str:
    with pytest.raises(InputError) as caught:
        unpack_push(msgpack.packb(fields_of_push), SCHOOL, DEVICE)
    assert caught.value.params.get("part") or caught.value.params.get("limit")
    return caught.value.key


def packed() -> list[Any]:
    fields_of_push: list[Any] = msgpack.unpackb(pack_push(signed(chain([FLAT, NESTED])), RUNS))
    return fields_of_push


STRANGE: list[object] = [
    None,
    True,
    -1,
    2**60,
    1.5,
    "text",
    b"",
    b"x" * 5_000,
    [],
    [[]],
    [None],
    [[1, 2, 3]],
]


@pytest.mark.asvs("1.5.2")
@pytest.mark.parametrize("strange", STRANGE, ids=repr)
@pytest.mark.parametrize("place", range(6))
def test_a_field_of_another_type_is_refused(place: int, strange: object) -> None:
    fields_of_push = packed()
    fields_of_push[place] = strange
    assert refused(fields_of_push) == "protocol.malformed"


def test_missing_and_additional_fields_are_refused() -> None:
    assert refused(packed()[:-1]) == "protocol.malformed"
    assert refused([*packed(), b""]) == "protocol.malformed"
    assert refused([]) == "protocol.malformed"


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("number", 0),
        ("number", MAX_NUMBER + 1),
        ("number", -1),
        ("take", 0),
        ("take", -5),
        ("take", MAX_NUMBER + 1),
        ("actor", -1),
        ("actor", 2**53),
        ("base_seq", -1),
        ("base_seq", 2**53),
        ("group", -1),
        ("group", MAX_NUMBER + 1),
        ("replaces", -2),
        ("replaces", MAX_NUMBER + 1),
    ],
)
def test_a_number_out_of_its_range_is_refused(name: str, bad: int) -> None:
    changes: dict[str, Any] = {name: bad}
    push = signed(chain([FLAT], **changes))
    with pytest.raises(InputError) as caught:
        unpack_push(pack_push(push, [Run(2**53 - 1, RUN_KEY)]), SCHOOL, DEVICE)
    assert caught.value.key == "protocol.malformed"


@pytest.mark.parametrize("place", [-1, 2, 3])
def test_a_place_among_two_kinds_is_one_of_them(place: int) -> None:
    fields_of_push = packed()
    [kind] = fields_of_push[3]
    fields_of_push[3] = [kind, ["b", 1]]
    header = [column[0] for column in unpack_columns(fields_of_push[4], MAX_GROUP)]
    header[2] = place
    fields_of_push[4] = pack_columns([tuple(header)], len(header))
    fields_of_push[5] = [*fields_of_push[5][:1], [1, pack_columns([], 1)]]
    assert refused(fields_of_push) == "protocol.malformed"


@pytest.mark.parametrize("kind", ["", "a b", "a\0b", "Ы", "a" * 41, "drop table"])
def test_a_kind_is_a_plain_short_name(kind: str) -> None:
    with pytest.raises(InputError):
        unpack_push(pack_push(signed(chain([FLAT], kind=kind)), RUNS), SCHOOL, DEVICE)


def test_a_command_without_a_salt_key_is_refused() -> None:
    push = pack_push(signed(chain([FLAT], first=9)), [Run(8, RUN_KEY)])
    with pytest.raises(InputError):
        unpack_push(push, SCHOOL, DEVICE)


@pytest.mark.parametrize("anchor", [b"", b"\xdd\xff\xff\xff\xff" + bytes(64), ANCHORS[0] * 5, 7])
def test_an_anchor_that_is_none_is_refused(anchor: object) -> None:
    fields_of_push = packed()
    fields_of_push[1] = [anchor]
    assert refused(fields_of_push) == "protocol.malformed"


@pytest.mark.asvs("row 22")
@pytest.mark.parametrize("over", [0, 1])
def test_single_commands_are_limited_in_number(over: int) -> None:
    push = signed(chain([[1]] * (MAX_COMMANDS + over)))
    if not over:
        assert unpack_push(pack_push(push, RUNS), SCHOOL, DEVICE) == push
        return
    with pytest.raises(InputError) as caught:
        unpack_push(pack_push(push, RUNS), SCHOOL, DEVICE)
    assert (caught.value.key, caught.value.params) == ("protocol.too_many", {"limit": MAX_COMMANDS})


@pytest.mark.asvs("row 22")
def test_one_group_may_be_longer_and_is_limited_too() -> None:
    push = signed(chain([[1]] * MAX_GROUP, group=1))
    assert len(unpack_push(pack_push(push, RUNS), SCHOOL, DEVICE).envelopes) == MAX_GROUP
    longer = signed(chain([[1]] * (MAX_GROUP + 1), group=1))
    with pytest.raises(InputError):
        unpack_push(pack_push(longer, [Run(2**20, RUN_KEY)]), SCHOOL, DEVICE)


@given(st.binary(max_size=200) | values.map(lambda value: bytes(msgpack.packb(value))))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_any_bytes_are_a_push_or_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        unpack_push(data, SCHOOL, DEVICE)


@given(st.integers(0, 7), values | st.binary(max_size=50), st.integers(0, 7))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_any_field_in_the_place_of_another_is_refused_or_harmless(
    place: int, strange: object, again: int
) -> None:
    fields_of_push = packed()
    fields_of_push[place % 7] = strange
    fields_of_push[again % 7] = strange
    try:
        read = unpack_push(msgpack.packb(fields_of_push), SCHOOL, DEVICE)
        read.check_signature(DEVICE_KEY.public_bytes)
    except (InputError, AccessError):
        return
    assert read.envelopes[0].header.actor == PERSON

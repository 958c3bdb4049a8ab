from __future__ import annotations

from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eschool_core.domain.journal import Lesson, Mark
from eschool_core.domain.row import columns
from eschool_core.domain.tables import TABLES
from eschool_core.errors import InputError
from eschool_sync.protocol import frames as module
from eschool_sync.protocol.columns import pack_columns
from eschool_sync.protocol.frames import (
    TOMBSTONES,
    Frame,
    Tombstone,
    pack_frames,
    unpack_frames,
)

LESSON = (1, 20, 3, 4, 5, 6, 7, 8, "каб. 14", 1)
STONES = [Tombstone(20, Lesson, 1), Tombstone(21, Mark, 9)]

anything = st.recursive(
    st.none() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=5) | st.binary(max_size=30),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=8,
)


def travelled(packed: list[Any]) -> list[Any]:
    fields: list[Any] = msgpack.unpackb(msgpack.packb(packed))
    return fields


def test_rows_and_tombstones_come_out_as_they_went_in() -> None:
    frames, stones = unpack_frames(travelled(pack_frames([Frame(Lesson, [LESSON])], STONES)))
    assert frames == [Frame(Lesson, [LESSON])]
    assert stones == STONES


@pytest.mark.parametrize("spec", TABLES, ids=lambda spec: str(spec.table.__tablename__))
def test_every_table_travels(spec: Any) -> None:
    rows = [tuple(range(start, start + len(columns(spec.table)))) for start in range(3)]
    [frame], stones = unpack_frames(travelled(pack_frames([Frame(spec.table, rows)], [])))
    assert (frame, stones) == (Frame(spec.table, rows), [])


def test_a_table_without_rows_does_not_travel() -> None:
    assert pack_frames([Frame(Lesson, []), Frame(Mark, [])], []) == []


def test_a_long_table_travels_in_several_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FRAME_ROWS", 10)
    rows = [(number, *LESSON[1:]) for number in range(25)]
    stones = [Tombstone(20, Lesson, number) for number in range(11)]
    frames, gone = unpack_frames(travelled(pack_frames([Frame(Lesson, rows)], stones)))
    assert [len(frame.rows) for frame in frames] == [10, 10, 5]
    assert [row for frame in frames for row in frame.rows] == rows
    assert gone == stones


def test_the_marks_of_a_whole_school_fit_into_blocks() -> None:
    """Half of the marks of a big school: more cells than one block may have."""
    row = tuple(range(len(columns(Mark))))
    packed = pack_frames([Frame(Mark, [row] * 350_000)], [])
    frames, _ = unpack_frames(packed)
    assert sum(len(frame.rows) for frame in frames) == 350_000


@pytest.mark.parametrize(
    "packed",
    [
        [[999, pack_columns([LESSON], 10)]],
        [[21, pack_columns([LESSON[:-1]], 9)]],
        [[21, pack_columns([(*LESSON, 1)], 11)]],
        [[21, pack_columns([("1", *LESSON[1:])], 10)]],
        [[21, pack_columns([(1, None, *LESSON[2:])], 10)]],
        [[TOMBSTONES, pack_columns([(20, 999, 1)], 3)]],
        [[TOMBSTONES, pack_columns([(20, 21)], 2)]],
        [[TOMBSTONES, pack_columns([(20, 21, "1")], 3)]],
        [[21]],
        [[21, "text"]],
        [[[21], b""]],
        [21],
        [None],
    ],
    ids=repr,
)
def test_what_is_no_table_of_ours_is_refused(packed: list[Any]) -> None:
    with pytest.raises(InputError) as caught:
        unpack_frames(packed)
    assert caught.value.key == "protocol.malformed"


@given(st.lists(anything, max_size=4))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_any_structure_is_read_or_refused(packed: list[Any]) -> None:
    try:
        unpack_frames(packed)
    except InputError:
        return
    assert all(isinstance(entry, list) for entry in packed)

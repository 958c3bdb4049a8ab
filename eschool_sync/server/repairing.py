"""A replica's rows differ from the school's: which do, and how they should be (design §4)."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from eschool_core.domain.partition import KIND_MASK
from eschool_core.domain.tables import BY_NUMBER, TABLES
from eschool_core.errors import InputError
from eschool_core.store import digest, statements
from eschool_sync.protocol.frames import Frame, pack_frames
from eschool_sync.protocol.messages import unpack_parts
from eschool_sync.protocol.repairing import (
    HASH_SHIFT,
    MAX_HASHES,
    Differing,
    RepairRequest,
    RowKey,
    Step,
    Sums,
    pack_mended,
    read_repair_request,
    unpack_rows,
    unpack_sums,
)
from eschool_sync.server import restoring
from eschool_sync.server.outgoing import frames_of
from eschool_sync.server.reading import let_read
from eschool_sync.server.tables import want

if TYPE_CHECKING:
    from eschool_sync.server.school import ServerSchool

STATES: Final = (
    "SELECT s.part, s.rows, s.digest, s.seq FROM wanted w CROSS JOIN part_state s "
    "WHERE s.part = w.part"
)
NOTHING: Final = (0, digest.to_bytes(0), 0)
_PART: Final = itemgetter(1)


def repair(school: ServerSchool, body: bytes) -> bytes:
    """Tell a device which of its partitions differ, or how rows of its scope should be.

    A replica's own digests are never trusted: they only decide what it is told.

    Raises:
        AccessError: As ``ServerSchool.sync``.
        InputError: The body is malformed.
        BusyError: The school was restored and is not open yet.
    """
    sealed = read_repair_request(body)
    school.look_again()
    device = school.sender(sealed.request.school, sealed.request.device)
    asked = sealed.check_signature(device.public_key)
    restoring.require_open(school)
    let_read(device)
    scope = school.scope(device.person_id).parts
    is_other = asked.incarnation.hex() != school.state.incarnation
    if asked.step is Step.COMPARE:
        return _compare(school, asked, scope, is_other=is_other).to_bytes()
    rows = _rows if asked.step is Step.ROWS else _parts
    return pack_mended(None if is_other else rows(school, asked, scope))


def _compare(
    school: ServerSchool, asked: RepairRequest, scope: list[int], *, is_other: bool
) -> Differing:
    """Return which partitions differ from what the device says of them."""
    if is_other:
        return Differing(len(scope), [], [], {})
    told: Sums = unpack_sums(asked.block)
    states = _states(school, scope)
    newer = [part for part in scope if states.get(part, NOTHING)[2] > asked.seq]
    differing = [
        part
        for part in scope
        if states.get(part, NOTHING)[2] <= asked.seq
        and told.get(part) != states.get(part, NOTHING)[:2]
    ]
    gone = sorted(set(told) - set(scope))
    return Differing(len(newer), gone, differing, _hashes(school, differing, states))


def _states(school: ServerSchool, parts: list[int]) -> dict[int, tuple[int, bytes, int]]:
    want(school.database, dict.fromkeys(parts, 0))
    return {
        int(part): (int(rows), bytes(value), int(seq))
        for part, rows, value, seq in school.store.rows(STATES)
    }


def _hashes(
    school: ServerSchool, parts: list[int], states: dict[int, tuple[int, bytes, int]]
) -> dict[RowKey, int]:
    """Return short hashes of the rows of partitions, as many as one answer carries."""
    listed, total = list[int](), 0
    for part in parts:
        total += states.get(part, NOTHING)[0]
        if total > MAX_HASHES:
            break
        listed.append(part)
    row_hash = digest.row_hasher(bytes.fromhex(school.state.digest_key))
    want(school.database, dict.fromkeys(listed, 0))
    kinds = {part & KIND_MASK for part in listed}
    return {
        (int(row[1]), spec.table.number, int(row[0])): row_hash(spec.table.number, row)
        >> HASH_SHIFT
        for spec in TABLES
        if kinds & set(spec.kinds)
        for row in school.store.rows(statements.select_wanted(spec.table))
    }


def _rows(school: ServerSchool, asked: RepairRequest, scope: list[int]) -> list[Any] | None:
    """Return rows by their ids, as far as they are in scope."""
    allowed, found = set(scope), dict[int, list[Any]]()
    for number, row_id in unpack_rows(asked.block):
        spec = BY_NUMBER.get(number)
        if spec is None:
            raise InputError("protocol.malformed", part="repair")
        one = statements.select(spec.table, ("id",), 1)
        found.setdefault(number, []).extend(
            row for row in school.store.rows(one, row_id) if _PART(row) in allowed
        )
    parts = {int(_PART(row)) for rows in found.values() for row in rows}
    if _moved(school, sorted(parts), asked.seq):
        return None
    frames = [Frame(BY_NUMBER[number].table, sorted(rows)) for number, rows in found.items()]
    return pack_frames(frames, ())


def _parts(school: ServerSchool, asked: RepairRequest, scope: list[int]) -> list[Any] | None:
    """Return all rows of partitions, as far as they are in scope."""
    parts = sorted(set(unpack_parts(asked.block)) & set(scope))
    return None if _moved(school, parts, asked.seq) else frames_of(school.store, parts)


def _moved(school: ServerSchool, parts: list[int], seq: int) -> bool:
    return any(state[2] > seq for state in _states(school, parts).values())

"""Keys, commands and rows that the vectors are about; all of it drawn from seeds."""

from __future__ import annotations

from typing import Any

import msgpack

from eschool_core.app import Outcome
from eschool_core.commands.catalogue import BY_KIND, fields_of
from eschool_core.commands.journals import PlanRow, SetPlan
from eschool_core.commands.lessons import RecordHomework, RecordMark
from eschool_core.domain.enums import Verdict
from eschool_core.domain.row import Value
from eschool_sync.history.head import TreeHead
from eschool_sync.history.leaf import Leaf
from eschool_sync.history.merkle import leaf_hash, root_of
from eschool_sync.protocol.envelope import (
    GENESIS,
    NO_REPLACE,
    Envelope,
    Header,
    Push,
    commitment_of,
    make_push,
    pack_payload,
    salt_of,
)
from eschool_sync.protocol.evidence import Evidence
from eschool_sync.protocol.messages import pack_outcome
from eschool_sync.protocol.push import Run
from eschool_sync.protocol.receipts import Offered, Offers, Place, Receipt, sign_receipt
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.security.signing import DeviceCertificate, issue_anchor, issue_certificate
from tests.sync.protocol.samples import DEVICE, DEVICE_KEY, PERSON, RUN_KEY, SCHOOL, SCHOOL_KEY

INCARNATION = SeededRandom(4).bytes(16)
DIGEST_KEY = SeededRandom(5).bytes(32)
LATER_RUN_KEY = SeededRandom(6).bytes(32)
ANCHORS = [issue_anchor(SCHOOL_KEY, SCHOOL, time) for time in (1_789_000_000, 1_789_086_400)]
RUNS = [Run(2, RUN_KEY), Run(9, LATER_RUN_KEY)]
PARTS = [1, 33, 66, 4_194_371, (5 << 42) * 64 + 3]
CERTIFICATE = DeviceCertificate(
    *(1, SCHOOL, DEVICE, PERSON, DEVICE_KEY.public_bytes, 1_789_000_000, 1_820_536_000)
)
CERTIFIED = issue_certificate(SCHOOL_KEY, CERTIFICATE)
GIVEN = {
    "school": SCHOOL,
    "device": DEVICE,
    "school_key": SCHOOL_KEY.public_bytes,
    "device_key": DEVICE_KEY.public_bytes,
}
ROWS: dict[int, list[tuple[Value, ...]]] = {
    # Marks: id, partition, seq, author, device, time, then the columns of docs/wire_tables.md.
    28: [
        (5 << 37 | 1 << 10, 4_194_371, 40, PERSON, DEVICE, 1_789_000_100, 700, 0, 5, 1, 100, ""),
        (5 << 37 | 2 << 10, 4_194_371, 41, PERSON, DEVICE, 1_789_000_160, 700, 1, 2, 1, 100, "№ 4"),
    ]
}
OUTCOMES = (
    Outcome(Verdict.ACCEPTED),
    Outcome(Verdict.WITH_FINDINGS, findings=(("4.5.3/late", (("late_minutes", 12),)),)),
    Outcome(Verdict.REJECTED, "4.5.2/scale", (("lowest", 2), ("highest", 5)), "4.5.2"),
    Outcome(Verdict.HELD, "command.failed", overwritten=2),
)
COMMANDS = (
    RecordMark(lesson_id=700, pupil_id=800, value=5),
    RecordMark(lesson_id=700, pupil_id=801, value=2, position=1, comment="№ 4"),
    RecordHomework(lesson_id=700, text="§ 4, № 17"),
    SetPlan(journal_id=600, items=(PlanRow(ordinal=1, section="Числа", topic="Дроби"),)),
)


def envelopes() -> list[Envelope]:
    """Return a chain of four commands: two alone, then two that stand or fall together."""
    made: list[Envelope] = []
    previous = GENESIS
    for number, command in enumerate(COMMANDS, 1):
        anchor = ANCHORS[number > 2].time
        salt = salt_of(next(run.key for run in RUNS if number <= run.last), number)
        payload = pack_payload(fields_of(command))
        header = Header(
            SCHOOL,
            DEVICE,
            number,
            1,
            command.kind,
            command.version,
            PERSON,
            40,
            Evidence(anchor + 60, 500 * number, 99, anchor, 99, 500 * number - 55),
            3 if number > 2 else 0,
            NO_REPLACE,
            commitment_of(salt, payload),
            previous,
        )
        assert (command.kind, command.version) in BY_KIND
        made.append(Envelope(header, payload, salt))
        previous = leaf_hash(header.to_bytes())
    return made


def pushed() -> Push:
    """Return the chain, signed."""
    anchors = [anchor.to_bytes() for anchor in ANCHORS]
    return make_push(envelopes(), GENESIS, anchors, DEVICE_KEY)


def header_hashes() -> list[bytes]:
    return [leaf_hash(entry.header.to_bytes()) for entry in envelopes()]


def places() -> tuple[Place, ...]:
    """Return where the commands stand in the log."""
    return tuple(Place(41 + place, 1_789_090_000, 4) for place in range(len(COMMANDS)))


def packed_outcome(outcome: Outcome) -> bytes:
    packed: bytes = msgpack.packb(pack_outcome(outcome))
    return packed


def leaves() -> list[Leaf]:
    """Return the entries that the commands are in the log."""
    return [
        Leaf(at.seq, DEVICE, at.received, at.pushed, header, packed_outcome(outcome))
        for at, header, outcome in zip(places(), header_hashes(), OUTCOMES, strict=True)
    ]


def receipt() -> bytes:
    return sign_receipt(SCHOOL_KEY, SCHOOL, INCARNATION, DEVICE, [leaf.hash() for leaf in leaves()])


def offers() -> Offers:
    """Return what the school said of the commands before it forgot them."""
    hashes = tuple(leaf.hash() for leaf in leaves())
    offered = tuple(
        Offered(number, place, packed_outcome(outcome), 0)
        for number, (place, outcome) in enumerate(zip(places(), OUTCOMES, strict=True), 1)
    )
    return Offers((Receipt(INCARNATION, hashes, receipt()),), offered)


def log() -> list[bytes]:
    """Return the hashes of a history of 44 entries that ends with the commands."""
    return [leaf_hash(b"entry %d" % seq) for seq in range(1, 41)] + [
        leaf.hash() for leaf in leaves()
    ]


def tree_head() -> TreeHead:
    return TreeHead(SCHOOL, INCARNATION, len(log()), root_of(log()), 1_789_090_000)


def outcome_content(outcome: Outcome) -> dict[str, Any]:
    return {
        "verdict": int(outcome.verdict),
        "key": outcome.key,
        "params": outcome.params,
        "clause": outcome.clause,
        "findings": outcome.findings,
        "overwritten": outcome.overwritten,
    }

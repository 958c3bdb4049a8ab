"""Vectors of the bodies of every route, of files, and of a proof."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from eschool_core.domain.tables import BY_NUMBER
from eschool_core.errors import AccessError, BusyError
from eschool_core.store.digest import row_hasher
from eschool_sync.history.merkle import consistency_proof, inclusion_proof, root_of
from eschool_sync.history.proof import Proof
from eschool_sync.protocol.branching import BranchRequest, BranchResponse
from eschool_sync.protocol.enrolling import EnrolRequest, EnrolResponse
from eschool_sync.protocol.error_body import pack_error
from eschool_sync.protocol.files import GetRequest, PutRequest, pack_had, pack_piece
from eschool_sync.protocol.frames import Frame, Tombstone, pack_frames
from eschool_sync.protocol.live import LiveRequest, event, pack_notice
from eschool_sync.protocol.messages import (
    Checkpoint,
    SyncRequest,
    SyncResponse,
    pack_parts,
    pack_unchanged,
    parts_hash,
)
from eschool_sync.protocol.outdated import pack_taken
from eschool_sync.protocol.parcel import Answer, Direction, Label, pack_answer, pack_request
from eschool_sync.protocol.proving import ProofRequest, pack_proof
from eschool_sync.protocol.push import pack_push
from eschool_sync.protocol.readmitting import pack_readmission, pack_witness
from eschool_sync.protocol.repairing import (
    HASH_SHIFT,
    Differing,
    RepairRequest,
    Step,
    pack_mended,
    pack_rows,
    pack_sums,
)
from eschool_sync.protocol.sealed_push import seal_contents
from eschool_sync.protocol.snapshot import (
    Chunk,
    SnapshotList,
    SnapshotRequest,
    chunk_hash,
    pack_chunks,
)
from eschool_sync.security.random_source import SeededRandom
from tests.sync.protocol.samples import DEVICE, DEVICE_KEY, PERSON, SCHOOL, SCHOOL_KEY
from tests.vectors import cast
from tests.vectors.of_parts import head_content
from tests.vectors.vector import Vector

SEEDS = {"school_seed": SCHOOL_KEY.seed(), "device_seed": DEVICE_KEY.seed()}
FRAMES = [Frame(BY_NUMBER[number].table, rows) for number, rows in cast.ROWS.items()]
STONES = [Tombstone(4_194_371, BY_NUMBER[28].table, 5 << 37 | 9 << 10)]
FRAME_CONTENT: list[dict[str, Any]] = [
    {"table": number, "rows": rows} for number, rows in cast.ROWS.items()
]
STONE_CONTENT = {"table": 0, "rows": [(4_194_371, 28, 5 << 37 | 9 << 10)]}


def enrolments() -> list[Vector]:
    asked = EnrolRequest("0123-4567", DEVICE_KEY.public_bytes, "Кабинет 14")
    anchor = cast.ANCHORS[0].to_bytes()
    given = {
        "school": SCHOOL,
        "device": DEVICE,
        "person": PERSON,
        "certificate": cast.CERTIFIED,
        "school_key": SCHOOL_KEY.public_bytes,
        "digest_key": cast.DIGEST_KEY,
        "incarnation": cast.INCARNATION,
        "anchor": anchor,
    }
    answered = EnrolResponse(**given)  # type: ignore[arg-type]
    said = {"code": asked.code, "public_key": asked.public_key, "label": asked.label}
    return [
        Vector("enrol", "with a code", asked.to_bytes(), {"version": 1, **said}),
        Vector("enrolled", "device 5", answered.to_bytes(), {"version": 1, **given}),
    ]


def _push_content(*, with_offers: bool) -> dict[str, Any]:
    push = cast.pushed()
    return {
        "previous": push.previous,
        "anchors": push.anchors,
        "commands": [
            {
                "header": entry.header.to_bytes(),
                "fields": json.loads(json.dumps(_fields(place))),
                "salt": entry.salt,
            }
            for place, entry in enumerate(push.envelopes)
        ],
        "head": cast.header_hashes()[-1],
        "offers": [
            {
                "n": number,
                "seq": at.seq,
                "received": at.received,
                "pushed": at.pushed,
                "outcome": cast.outcome_content(outcome),
            }
            for number, (at, outcome) in enumerate(
                zip(cast.places(), cast.OUTCOMES, strict=True), 1
            )
        ]
        if with_offers
        else [],
    }


def _fields(place: int) -> list[Any]:
    return list(cast.COMMANDS[place].model_dump(mode="json").values())


def _sealed() -> bytes:
    """Return the contents of the push as a device keeps them that may not read them."""
    contents = [(entry.header.number, entry.salt, entry.payload) for entry in cast.envelopes()]
    key = SCHOOL_KEY.public_bytes
    return seal_contents(key, (SCHOOL, DEVICE), contents, SeededRandom(9))


def requests() -> list[Vector]:
    """Return the requests of a sync."""
    push = cast.pushed()
    again = replace(push, offers=cast.offers())
    scope, mark = parts_hash(cast.PARTS), cast.tree_head().mark
    base = SyncRequest(SCHOOL, DEVICE, cast.INCARNATION, 44, 4, scope, None, None, 0, mark)
    first = SyncRequest(SCHOOL, DEVICE, b"", 0, 0, parts_hash([]), None, None)
    runs = cast.RUNS
    cases: list[tuple[str, SyncRequest, Any, Any]] = [
        ("idle", base, None, None),
        ("the first", first, None, None),
        ("with all partitions", replace(base, parts=pack_parts(cast.PARTS)), cast.PARTS, None),
        (
            "with a push",
            replace(base, cursor=40, ack=0, tree=44, push=pack_push(push, runs)),
            None,
            _push_content(with_offers=False),
        ),
        (
            "with offers",
            replace(base, cursor=40, ack=0, push=pack_push(again, runs)),
            None,
            _push_content(with_offers=True),
        ),
        ("telling the computer", replace(base, computer=bytes(range(8))), None, None),
        (
            "with sealed offers",
            replace(base, cursor=40, ack=0, push=pack_push(again, (), _sealed())),
            None,
            _push_content(with_offers=True),
        ),
    ]  # fmt: skip
    return [
        Vector(
            "sync",
            name,
            request.sealed(DEVICE_KEY),
            {
                "version": 1,
                "school": SCHOOL,
                "device": DEVICE,
                "incarnation": request.incarnation,
                "cursor": request.cursor,
                "ack": request.ack,
                "scope": request.scope,
                "parts": parts,
                "push": push_content,
                "tree": request.tree,
                "mark": request.mark,
                "name": request.name(),
                **({"computer": request.computer} if request.computer else {}),
            },
            {**cast.GIVEN, "school_seed": SEEDS["school_seed"]},
        )
        for name, request, parts, push_content in cases
    ]


def answers() -> list[Vector]:
    """Return the answers to a sync."""
    total, anchor = (3, b"d" * 16), cast.ANCHORS[1].to_bytes()
    log = cast.log()
    growth = tuple(consistency_proof(40, 44, lambda first, end: root_of(log[first:end])))
    scope, last = parts_hash(cast.PARTS), cast.header_hashes()[-1]
    point = Checkpoint(44, 4, *total, scope, last)
    verdicts = tuple(enumerate(cast.OUTCOMES, 1))
    none = pack_parts([])
    whole = SyncResponse(
        cast.INCARNATION,
        verdicts,
        pack_frames(FRAMES, STONES),
        pack_parts(cast.PARTS[:2]),
        pack_parts(cast.PARTS[4:]),
        point,
        anchor,
        b"request!",
        cast.tree_head().signed(SCHOOL_KEY),
        growth,
        places=cast.places(),
        receipt=cast.receipt(),
    )
    empty = replace(
        whole, verdicts=(), frames=[], parts_in=none, parts_out=none, places=(), receipt=b"",
        growth=(),
    )  # fmt: skip
    content: dict[str, Any] = {
        "version": 1,
        "incarnation": cast.INCARNATION,
        "verdicts": [{"n": n, **cast.outcome_content(outcome)} for n, outcome in verdicts],
        "frames": [*FRAME_CONTENT, STONE_CONTENT],
        "parts_in": cast.PARTS[:2],
        "parts_out": cast.PARTS[4:],
        "point": {
            "seq": 44,
            "known": 4,
            "rows": 3,
            "digest": b"d" * 16,
            "scope": scope,
            "head": last,
        },
        "anchor": anchor,
        "name": b"request!",
        "tree_head": head_content(),
        "growth": growth,
        "need_parts": 0,
        "more": 0,
        "places": [
            {"seq": at.seq, "received": at.received, "pushed": at.pushed} for at in cast.places()
        ],
        "receipt": cast.receipt(),
        "collecting": 0,
    }
    nothing = {
        "verdicts": [],
        "frames": [],
        "parts_in": [],
        "parts_out": [],
        "places": [],
        "receipt": b"",
        "growth": [],
    }
    given = {
        **cast.GIVEN,
        "headers": {str(n): digest for n, digest in enumerate(cast.header_hashes(), 1)},
    }
    unchanged = {"version": 1, "rows": 3, "digest": b"d" * 16, "anchor": anchor}
    return [
        Vector("unchanged", "nothing is new", pack_unchanged(*total, anchor), unchanged, given),
        Vector("taken", "up to 4", pack_taken(1, 4), {"version": 1, "known": 4}),
        Vector("answer", "with news", whole.to_bytes(), content, given),
        Vector(
            "answer",
            "that asks for partitions",
            replace(empty, need_parts=True).to_bytes(),
            {**content, **nothing, "need_parts": 1},
            given,
        ),
        Vector(
            "answer",
            "of a restored server that collects",
            replace(empty, collecting=True, tree_head=b"").to_bytes(),
            {**content, **nothing, "collecting": 1, "tree_head": b""},
            given,
        ),
    ]


def snapshots() -> list[Vector]:
    chunk = Chunk(cast.PARTS[3:4], pack_frames(FRAMES, ())).to_bytes(19)
    name = chunk_hash(chunk)
    asked = {"version": 1, "school": SCHOOL, "device": DEVICE}
    listed = SnapshotList(cast.INCARNATION, 44, 1, ((name, len(chunk)),))
    return [
        Vector(
            "snapshot",
            "asks for the list",
            SnapshotRequest(SCHOOL, DEVICE).sealed(DEVICE_KEY),
            {**asked, "wanted": []},
            cast.GIVEN,
        ),
        Vector(
            "snapshot",
            "asks for a chunk",
            SnapshotRequest(SCHOOL, DEVICE, (name,)).sealed(DEVICE_KEY),
            {**asked, "wanted": [name]},
            cast.GIVEN,
        ),
        Vector(
            "snapshot_list",
            "of one chunk",
            listed.to_bytes(),
            {
                "version": 1,
                "incarnation": cast.INCARNATION,
                "seq": 44,
                "first": 1,
                "chunks": [[name, len(chunk)]],
            },
        ),
        Vector(
            "chunk",
            "a pupil's line",
            chunk,
            {"version": 1, "parts": cast.PARTS[3:4], "frames": FRAME_CONTENT, "name": name},
        ),
        Vector("chunks", "one", pack_chunks([chunk]), {"version": 1, "chunks": [chunk]}),
    ]


def proofs() -> list[Vector]:
    """Return a proof of the second command, on the wire and as a file."""
    log, leaf, entry = cast.log(), cast.leaves()[1], cast.envelopes()[1]
    path = inclusion_proof(41, 44, lambda first, end: root_of(log[first:end]))
    proof = Proof(
        leaf.seq,
        leaf.device,
        leaf.received,
        leaf.pushed,
        entry.header.to_bytes(),
        entry.payload,
        entry.salt,
        leaf.outcome,
        tuple(path),
        cast.tree_head().signed(SCHOOL_KEY),
    )
    content = {
        "seq": leaf.seq,
        "device": DEVICE,
        "received": leaf.received,
        "pushed": leaf.pushed,
        "header": proof.header,
        "payload": proof.payload,
        "salt": proof.salt,
        "outcome": leaf.outcome,
        "path": path,
        "tree_head": head_content(),
    }
    asked = ProofRequest(SCHOOL, DEVICE, 28, 5 << 37 | 2 << 10)
    request = {"version": 1, "school": SCHOOL, "device": DEVICE, "table": 28}
    return [
        Vector(
            "proof_request",
            "of a mark",
            asked.sealed(DEVICE_KEY),
            {**request, "row_id": asked.row_id},
            cast.GIVEN,
        ),
        Vector("proof", "of a mark", pack_proof(proof), {"version": 1, **content}, cast.GIVEN),
        Vector(
            "proof_file",
            "of a mark",
            proof.to_json().encode(),
            {"format": "eschool-proof/1", **content},
            cast.GIVEN,
        ),
    ]


def file_bytes() -> list[Vector]:
    """Return a piece on its way to the server and back, with the answers."""
    row_id, piece = 5 << 37 | 3 << 10, b"%PDF-1.7"
    who = {"version": 1, "school": SCHOOL, "device": DEVICE, "file_id": row_id}
    put = PutRequest(SCHOOL, DEVICE, row_id, 65_536, piece)
    got = GetRequest(SCHOOL, DEVICE, row_id, 65_536)
    sent = {**who, "start": 65_536, "piece": piece}
    return [
        Vector("putfile", "the second piece", put.sealed(DEVICE_KEY), sent, cast.GIVEN),
        Vector("had", "all of it", pack_had(65_544), {"version": 1, "had": 65_544}, {}),
        Vector(
            "getfile",
            "the second piece",
            got.sealed(DEVICE_KEY),
            {**who, "start": 65_536},
            cast.GIVEN,
        ),
        Vector("piece", "the last", pack_piece(piece), {"version": 1, "piece": piece}, {}),
    ]


def repairs() -> list[Vector]:
    """Return the three questions of a repair and their answers."""
    row_hash = row_hasher(cast.DIGEST_KEY)
    hashes = {
        (int(str(row[1])), number, int(str(row[0]))): row_hash(number, row) >> HASH_SHIFT
        for number, rows in cast.ROWS.items()
        for row in rows
    }
    sums = {part: (place, b"d" * 16) for place, part in enumerate(cast.PARTS)}
    keys = [(number, row_id) for _, number, row_id in hashes]
    asked = {
        Step.COMPARE: (
            pack_sums(sums),
            [{"part": part, "rows": rows, "digest": d} for part, (rows, d) in sums.items()],
        ),
        Step.ROWS: (pack_rows(keys), [{"table": table, "id": row_id} for table, row_id in keys]),
        Step.PARTS: (pack_parts(cast.PARTS[3:4]), [{"part": part} for part in cast.PARTS[3:4]]),
    }
    whose = {"version": 1, "school": SCHOOL, "device": DEVICE, "incarnation": cast.INCARNATION}
    found = Differing(2, cast.PARTS[4:], cast.PARTS[3:4], hashes)
    told = [
        {"part": part, "table": table, "id": row_id, "hash": value}
        for (part, table, row_id), value in sorted(hashes.items())
    ]
    return [
        *(
            Vector(
                "repair",
                step.name.lower(),
                RepairRequest(SCHOOL, DEVICE, cast.INCARNATION, 44, step, block).sealed(DEVICE_KEY),
                {**whose, "seq": 44, "step": int(step), "block": content},
                cast.GIVEN,
            )
            for step, (block, content) in asked.items()
        ),
        Vector(
            "differing",
            "one partition",
            found.to_bytes(),
            {
                "version": 1,
                "newer": 2,
                "gone": found.gone,
                "parts": found.parts,
                "hashes": told,
            },
        ),
        Vector(
            "mended",
            "its rows",
            pack_mended(pack_frames(FRAMES, ())),
            {"version": 1, "moved": 0, "frames": FRAME_CONTENT},
        ),
        Vector(
            "mended",
            "changed meanwhile",
            pack_mended(None),
            {"version": 1, "moved": 1, "frames": []},
        ),
    ]


def notices() -> list[Vector]:
    asked = {"version": 1, "school": SCHOOL, "device": DEVICE, "cursor": 44}
    return [
        Vector(
            "live",
            "from 44 on",
            LiveRequest(SCHOOL, DEVICE, 44).sealed(DEVICE_KEY),
            asked,
            cast.GIVEN,
        ),
        Vector("notice", "45", pack_notice(45), {"version": 1, "seq": 45}),
        Vector("event", "45", event(45), {"seq": 45}),
    ]


def returns() -> list[Vector]:
    """Return what a device says to a restored server, and a copy of a device to any."""
    key, hashes = SCHOOL_KEY.public_bytes, cast.header_hashes()
    pending = tuple(enumerate(hashes[2:], 3))
    branch = BranchRequest(SCHOOL, DEVICE, key, 3, hashes[1], pending)
    answered = BranchResponse(6, cast.CERTIFIED, tuple(enumerate(cast.OUTCOMES[2:], 3)))
    signed = cast.tree_head().signed(SCHOOL_KEY)
    return [
        Vector(
            "witness",
            "of 44 entries",
            pack_witness(signed),
            {"version": 1, "tree_head": head_content()},
            cast.GIVEN,
        ),
        Vector(
            "readmit",
            "device 5",
            pack_readmission(cast.CERTIFIED, DEVICE_KEY),
            {"version": 1, "certificate": cast.CERTIFIED},
            cast.GIVEN,
        ),
        Vector(
            "branch",
            "from command 3 on",
            branch.sealed(DEVICE_KEY),
            {
                "version": 1,
                "school": SCHOOL,
                "device": DEVICE,
                "public_key": key,
                "first": 3,
                "previous": hashes[1],
                "numbers": [3, 4],
                "hashes": hashes[2:],
            },
            cast.GIVEN,
        ),
        Vector(
            "branched",
            "device 6",
            answered.to_bytes(),
            {
                "version": 1,
                "device": 6,
                "certificate": cast.CERTIFIED,
                "judged": [
                    {"n": n, **cast.outcome_content(outcome)} for n, outcome in answered.judged
                ],
            },
        ),
    ]


def errors() -> list[Vector]:
    made = {"a revoked device": AccessError("access.revoked"),
            "a busy server": BusyError("busy.server", retry_after=7)}  # fmt: skip
    kinds = {"a revoked device": "access", "a busy server": "busy"}
    return [
        Vector(
            "error",
            name,
            pack_error(error),
            {"kind": kinds[name], "key": error.key, "params": error.params},
        )
        for name, error in made.items()
    ]


def files() -> list[Vector]:
    """Return a request and its answer as they travel on a stick."""
    [idle, *_] = requests()
    label = Label(Direction.REQUEST, SCHOOL, DEVICE)
    asked = pack_request(label, idle.data, SCHOOL_KEY.public_bytes, SeededRandom(7))
    back = Label(Direction.ANSWER, SCHOOL, DEVICE)
    body = pack_unchanged(3, b"d" * 16, cast.ANCHORS[1].to_bytes())
    answer = Answer(idle.content["name"], failed=False, body=body)
    answered = pack_answer(back, answer, SCHOOL_KEY, DEVICE_KEY.public_bytes, SeededRandom(8))
    whose = {"school": SCHOOL, "device": DEVICE}
    return [
        Vector("request_file", "idle", asked, {"direction": 1, **whose, "body": idle.data}, SEEDS),
        Vector(
            "answer_file",
            "nothing is new",
            answered,
            {"direction": 2, **whose, "name": answer.name, "failed": 0, "body": body},
            {**cast.GIVEN, **SEEDS},
        ),
    ]

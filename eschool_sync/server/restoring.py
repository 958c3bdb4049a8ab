"""A server that was restored from an older backup gets back what it has forgotten (design §5.7).

The story: a replica knows more than the server → the server sees its own signature under it and
takes nothing any more (``SUSPENDED``) → the operator begins a new incarnation, which collects what
replicas hold (``COLLECTING``) → the operator closes the window: what was collected is applied in
the old order, and the school goes on (``OPEN``). Whoever comes later still brings what it holds.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgpack

from eschool_core.app import Outcome
from eschool_core.commands.access import ReadmitDevice
from eschool_core.commands.catalogue import validated
from eschool_core.domain.enums import Verdict
from eschool_core.domain.office import Device, Person
from eschool_core.errors import AccessError, BusyError, EschoolError, InputError, TransportError
from eschool_core.store.database import transaction
from eschool_sync.history.head import TreeHead
from eschool_sync.history.merkle import leaf_hash
from eschool_sync.history.tree import Tree
from eschool_sync.protocol.envelope import Push
from eschool_sync.protocol.messages import (
    Checkpoint,
    SyncRequest,
    SyncResponse,
    pack_parts,
    unpack_outcome,
)
from eschool_sync.protocol.push import unpack_push
from eschool_sync.protocol.readmitting import READMIT_CONTEXT, read_readmission, read_witness
from eschool_sync.protocol.receipts import Place
from eschool_sync.security.signing import check_certificate, verify
from eschool_sync.server.heads import Head
from eschool_sync.server.judge import REFUSED, Entry
from eschool_sync.server.pushes import device_head
from eschool_sync.server.state import Phase

if TYPE_CHECKING:
    from eschool_sync.server.school import ServerSchool

RETRY_SECONDS: Final = 600
KEEP_OFFER: Final = (
    "INSERT INTO offer (device, last_n, seq, body) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (device, last_n) DO NOTHING"
)
OFFERED_LAST: Final = "SELECT max(last_n) FROM offer WHERE device = ?"
OFFERS: Final = "SELECT device, last_n, body FROM offer ORDER BY seq, device, last_n"
TAKEN: Final = "DELETE FROM offer WHERE device = ? AND last_n = ?"
COUNT: Final = "SELECT count(*) FROM offer"


@dataclass(frozen=True, slots=True)
class Past:
    """What the school itself said of a command before it forgot it."""

    place: Place
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Returned:
    """What closing the window has brought back.

    Attributes:
        pushes: That were applied.
        left: Pushes that could not follow: what came before them is held by nobody.
    """

    pushes: int
    left: int


def require_open(school: ServerSchool) -> None:
    """Let pass what needs a school at work.

    Raises:
        BusyError: ``busy.restored``, ``busy.collecting``.
    """
    if school.state.phase == Phase.SUSPENDED:
        raise BusyError("busy.restored", retry_after=RETRY_SECONDS)
    if school.state.phase == Phase.COLLECTING:
        raise BusyError("busy.collecting", retry_after=RETRY_SECONDS)


def require_not_behind(school: ServerSchool, request: SyncRequest, head: Head) -> None:
    """Let pass a device that has seen nothing which this history does not hold.

    Raises:
        TransportError: ``sync.behind``: it has; it should show the head that it holds.
    """
    if not request.seen or request.incarnation != bytes.fromhex(school.state.incarnation):
        return
    if request.seen == head.seq and request.mark == head.mark:
        return
    tree = Tree(school.database)
    if request.seen > head.seq or not tree.root(request.seen).startswith(request.mark):
        raise TransportError("sync.behind", size=head.seq)


def hear_witness(school: ServerSchool, body: bytes) -> bytes:
    """Suspend the school if a head that it has signed is not a part of its history.

    Raises:
        AccessError: ``access.signature``: not signed by this school.
        InputError: The body is malformed.
    """
    school.look_again()
    seen = TreeHead.read(read_witness(body), school.public_key)
    head = school.head()
    behind = seen.size > head.seq or Tree(school.database).root(seen.size) != seen.root
    is_ours = seen.school == school.state.school
    if is_ours and seen.incarnation.hex() == school.state.incarnation and behind:
        school.suspend()
    return b""


def readmit(school: ServerSchool, body: bytes) -> bytes:
    """Let a device in that this school has certified and its database has forgotten.

    Numbers rise, and a certificate is given after its device is in the database. So a device that
    got its number in this incarnation and is unknown proves that the database was put back.

    Raises:
        AccessError: No certificate of this school.
        BusyError: ``busy.restored``: until the operator has acted. ``busy.collecting``: its owner
            is not known again yet.
    """
    school.look_again()
    certificate, signed, signature = read_readmission(body)
    known = check_certificate(certificate, school.public_key, school.anchor().time)
    verify(known.public_key, READMIT_CONTEXT, signed, signature)
    state = school.state
    if known.school != state.school:
        raise AccessError("access.device")
    if school.store.first(Device, device=known.device) is not None:
        return b""
    if state.phase == Phase.OPEN and known.device > state.server_device:
        school.suspend(knowing=known.device)
    if school.state.phase == Phase.SUSPENDED:
        require_open(school)
    if school.store.get(Person, known.person) is None:
        raise BusyError("busy.collecting", retry_after=RETRY_SECONDS)
    if known.device > state.highest_device:
        school.change(lambda now: now.knowing(known.device))
    values = {
        "person_id": known.person,
        "device": known.device,
        "public_key": known.public_key.hex(),
    }
    outcome = school.act(validated(ReadmitDevice, values))
    if outcome.key:
        raise AccessError("access.device")
    return b""


def past_of(school: ServerSchool, push: Push) -> dict[int, Past]:
    """Return what the school's receipts say of a push's commands; nothing for new ones.

    Raises:
        AccessError: ``access.signature``: a receipt that the school has not signed.
        InputError: A receipt that does not speak of the command, or of a part of the push only.
    """
    offers = push.offers
    if not offers.commands:
        return {}
    device = push.envelopes[0].header.device
    for receipt in offers.receipts:
        receipt.check(school.state.school, device, school.public_key)
    headers = {entry.header.number: entry.header for entry in push.envelopes}
    said = {}
    for entry in offers.commands:
        header = headers.get(entry.number)
        leaves = offers.receipts[entry.receipt].leaves
        if header is None:
            raise InputError("protocol.malformed", part="receipt")
        leaf = entry.place.leaf(device, leaf_hash(header.to_bytes()), entry.outcome)
        if leaf not in leaves:
            raise InputError("protocol.malformed", part="receipt")
        said[entry.number] = Past(entry.place, unpack_outcome(msgpack.unpackb(entry.outcome)))
    came = {(past.place.received, past.place.pushed) for past in said.values()}
    last = push.envelopes[-1].header.number
    if said.keys() != headers.keys() or len(came) != 1 or next(iter(came))[1] != last:
        raise InputError("protocol.malformed", part="receipt")
    return said


def as_before(entries: Sequence[Entry], past: Mapping[int, Past]) -> list[Entry]:
    """Return entries as the school took them before it forgot them.

    What another copy of the device has brought back meanwhile stands once, and a person looks.
    """
    made = []
    for entry in entries:
        known, copied = past[entry.header.number], entry.recorded
        recorded = known.outcome
        if copied is not None and recorded.verdict not in REFUSED:
            recorded = replace(copied, verdict=Verdict.HELD)
        received, pushed = known.place.received, known.place.pushed
        made.append(replace(entry, received=received, pushed=pushed, hold="", recorded=recorded))
    return made


def collect(school: ServerSchool, request: SyncRequest, device: Device) -> bytes:
    """Keep what a device offers, and say what is known of its commands.

    Raises:
        AccessError: A signature that is not right.
        InputError: The push is malformed.
    """
    database = school.database
    if request.push is not None and request.incarnation.hex() == school.state.incarnation:
        push = unpack_push(request.push, school.state.school, device.device, school.seed)
        push.check_signature(device.public_key)
        past = past_of(school, push)
        if past:
            first, last = push.envelopes[0].header.number, push.envelopes[-1].header.number
            with school.turn, transaction(database):
                row = (device.device, last, past[first].place.seq, request.push)
                database.execute(KEEP_OFFER, row)
    known = device_head(database, device.device).last
    [(offered,)] = database.fetch(OFFERED_LAST, (device.device,))
    none = pack_parts([])
    point = Checkpoint(0, max(known, offered or 0), 0, b"", b"", b"")
    return SyncResponse(
        bytes.fromhex(school.state.incarnation),
        *((), [], none, none, point),
        school.anchor().to_bytes(),
        request.name(),
        collecting=True,
    ).to_bytes()


def begin(school: ServerSchool) -> None:
    """Begin a new incarnation on the restored rows; it collects until the window is closed.

    From here on nothing is numbered twice: the server's acts have a device number of their own.
    """
    school.begin_incarnation()


def close_window(school: ServerSchool) -> Returned:
    """Apply what was collected, in the old order, and open the school.

    May be repeated after a crash: each push is applied and forgotten in one transaction.

    Raises:
        InputError: ``server.not_collecting``.
    """
    if school.state.phase != Phase.COLLECTING:
        raise InputError("server.not_collecting")
    applied = 0
    progress = True
    while progress:
        # A push may wait for another one of its device that stands later in the old order.
        progress = False
        for number, last, body in school.database.fetch(OFFERS):
            device = school.store.first(Device, device=number)
            if device is None:
                continue
            try:
                school.take_push(bytes(body), device)
            except TransportError:
                continue
            except EschoolError as error:
                if isinstance(error, BusyError):
                    raise
                continue
            with transaction(school.database):
                school.database.execute(TAKEN, (number, last))
            applied, progress = applied + 1, True
    if not school.heads.is_own(school.head()):
        # The process was killed as this incarnation began, before it had signed.
        with school.turn:
            school.heads.resign(school.anchor().time)
    school.change(lambda state: replace(state, phase=Phase.OPEN))
    return Returned(applied, waiting(school))


def waiting(school: ServerSchool) -> int:
    """Return how many offered pushes are collected and not applied."""
    [(count,)] = school.database.fetch(COUNT)
    return int(count)


def take_copy(school: ServerSchool, path: Path, file: Path) -> None:
    """Copy a school's SQLite file as it stands now; nobody writes meanwhile.

    Args:
        school: Open.
        path: Where the copy goes; its state file is not a part of it.
        file: The database.
    """
    with school.turn:
        school.database.fetch("PRAGMA wal_checkpoint(TRUNCATE)")
        with transaction(school.database):
            shutil.copyfile(file, path)


def put_back(file: Path, copy: Path) -> None:
    """Put a copy in the place of a school's SQLite file; the school must be closed."""
    for suffix in ("-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    shutil.copyfile(copy, file)

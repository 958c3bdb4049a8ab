"""Two copies of one device have both written: the second goes on as another (§5.7, T17).

The first copy that syncs keeps the number. The other one asks for a number and a certificate
under a new key, which the first copy does not have; what it has signed anew then comes by its
next push and is judged like anything else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgpack

from eschool_core.app import Outcome
from eschool_core.commands.access import BranchDevice
from eschool_core.commands.catalogue import validated
from eschool_core.domain.office import Device
from eschool_core.errors import AccessError, TransportError
from eschool_sync.history.merkle import leaf_hash
from eschool_sync.protocol.branching import BranchRequest, BranchResponse, read_branch_request
from eschool_sync.protocol.messages import unpack_outcome
from eschool_sync.server import restoring
from eschool_sync.server.audit import report
from eschool_sync.server.pushes import DeviceHead, device_head

if TYPE_CHECKING:
    from eschool_sync.server.school import ServerSchool

MAX_DEVICES: Final = 20
"""Devices of one person that are not shut out: numbers are few, a copied key must not eat them."""

VERDICTS: Final = "SELECT header, outcome FROM log WHERE device = ? AND n = ?"


def branch(school: ServerSchool, body: bytes) -> bytes:
    """Give a copy of a device a number of its own, once for each new key.

    Raises:
        AccessError: Unknown or revoked device, wrong signature.
        TransportError: ``sync.fork``: its chain goes on from what is known here, or its owner has
            too many devices: it has to be enrolled.
        InputError: The body is malformed.
        BusyError: The school was restored and is not open yet.
    """
    sealed = read_branch_request(body)
    school.look_again()
    restoring.require_open(school)
    named = sealed.request
    device = school.sender(named.school, named.device)
    request = sealed.check_signature(device.public_key)
    report(device=device.device, person=device.person_id)
    if device.revoked_at:
        raise AccessError("access.revoked")
    known = device_head(school.database, device.device)
    if not is_fork(request, known):
        raise TransportError("sync.fork", number=request.first)
    judged = _judged(school, request)
    number = _number(school, device, request, request.first if not judged else judged[-1][0] + 1)
    certificate = school.certify(number, device.person_id, request.public_key)
    return BranchResponse(number, certificate, tuple(judged)).to_bytes()


def is_fork(request: BranchRequest, known: DeviceHead) -> bool:
    """Return whether what a copy holds cannot go on from what is known of its device."""
    named = dict(request.pending)
    if known.last in named:
        return named[known.last] != known.hash
    return (request.first, request.previous) != (known.next, known.hash)


def _judged(school: ServerSchool, request: BranchRequest) -> list[tuple[int, Outcome]]:
    """Return the verdicts of the named commands that both copies have."""
    judged = []
    for number, digest in request.pending:
        rows = school.database.fetch(VERDICTS, (request.device, number))
        if not rows or leaf_hash(bytes(rows[0][0])) != digest:
            break
        judged.append((number, unpack_outcome(msgpack.unpackb(rows[0][1]))))
    return judged


def _number(school: ServerSchool, device: Device, request: BranchRequest, first: int) -> int:
    """Return the number of the new device; the one given before if the answer was lost."""
    own = school.store.select(Device, person_id=device.person_id, revoked_at=0)
    for other in own:
        if other.public_key == request.public_key:
            return other.device
    if len(own) >= MAX_DEVICES:
        raise TransportError("sync.fork", number=request.first)
    number = school.new_device_number()
    values = {
        "person_id": device.person_id,
        "device": number,
        "public_key": request.public_key.hex(),
        "origin": device.device,
        "first_number": first,
    }
    if school.act(validated(BranchDevice, values)).key:
        raise TransportError("sync.fork", number=request.first)
    return number

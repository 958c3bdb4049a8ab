"""What a device may read besides a sync: chunks of a bootstrap, and proofs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eschool_core.domain.office import Device
from eschool_core.errors import AccessError
from eschool_sync.protocol.proving import pack_proof, read_proof_request
from eschool_sync.protocol.snapshot import read_snapshot_request
from eschool_sync.server.audit import report
from eschool_sync.server.proving import proof_for
from eschool_sync.server.snapshots import Viewer

if TYPE_CHECKING:
    from eschool_sync.server.school import ServerSchool


def snapshot(school: ServerSchool, body: bytes) -> bytes:
    """Give a new replica the list of chunks in its person's scope, or some of the chunks.

    Raises:
        AccessError, InputError: As ``ServerSchool.sync``.
    """
    sealed = read_snapshot_request(body)
    device = school.sender(sealed.request.school, sealed.request.device)
    request = sealed.check_signature(device.public_key)
    let_read(device)
    school.turn_days()
    head = school.head()
    scope = school.scope(device.person_id).parts
    row = school.known.school(head.seq)
    viewer = Viewer(device.person_id, scope, head.seq, row.current_day if row else 0)
    return school.snapshots.answer(request, viewer)


def prove(school: ServerSchool, body: bytes) -> bytes:
    """Prove to a device's owner that what stands in a cell is in the history.

    Raises:
        AccessError, InputError: As ``ServerSchool.sync``; ``proof.none``.
    """
    sealed = read_proof_request(body)
    device = school.sender(sealed.request.school, sealed.request.device)
    asked = sealed.check_signature(device.public_key)
    let_read(device)
    return pack_proof(proof_for(school, device.person_id, asked.table, asked.row_id))


def let_read(device: Device) -> None:
    """Let pass a device that is not shut out.

    Raises:
        AccessError: ``access.revoked``.
    """
    report(device=device.device, person=device.person_id)
    if device.revoked_at:
        raise AccessError("access.revoked")

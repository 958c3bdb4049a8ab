"""How a one-time code becomes a device (3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eschool_core.commands.access import EnrolDevice, IssueSlip
from eschool_core.commands.catalogue import validated
from eschool_core.domain.office import Slip
from eschool_core.errors import AccessError, InputError
from eschool_sync.protocol.enrolling import EnrolResponse, read_enrol_request
from eschool_sync.security.codes import code_hash
from eschool_sync.server.audit import report

if TYPE_CHECKING:
    from eschool_sync.server.school import ServerSchool


def issue(school: ServerSchool, code: str, person_id: int, expires_at: int, actor_id: int) -> None:
    """Let a one-time code enrol a device of a person.

    Args:
        school: Open.
        code: Nobody else's.
        person_id: Who will enrol.
        expires_at: Seconds UTC.
        actor_id: The officer on whose behalf the server issues it; 0 for the server.

    Raises:
        InputError: No such person, or the code would live too long.
    """
    values = {
        "person_id": person_id,
        "secret_hash": code_hash(code),
        "expires_at": expires_at,
    }
    outcome = school.act(validated(IssueSlip, values), actor_id)
    if outcome.key:
        raise InputError(outcome.key, **dict(outcome.params))


def enrol(school: ServerSchool, body: bytes) -> bytes:
    """Bind a device to the person whose code it shows.

    Raises:
        AccessError: ``access.code``: unknown, used, replaced or expired; all look the same.
        InputError: The body is malformed.
    """
    request = read_enrol_request(body)
    secret_hash = code_hash(request.code)
    slip = school.store.first(Slip, secret_hash=bytes.fromhex(secret_hash))
    anchor = school.anchor()
    # Asked here too: a dead code must not use up a device number.
    if slip is None or slip.used_at or slip.revoked_at or slip.expires_at < anchor.time:
        raise AccessError("access.code")
    device = school.new_device_number()
    report(device=device, person=slip.person_id)
    values = {
        "person_id": slip.person_id,
        "secret_hash": secret_hash,
        "device": device,
        "public_key": request.public_key.hex(),
        "label": request.label,
    }
    if school.act(validated(EnrolDevice, values)).key:
        raise AccessError("access.code")
    state = school.state
    return EnrolResponse(
        state.school,
        device,
        slip.person_id,
        school.certify(device, slip.person_id, request.public_key),
        school.public_key,
        bytes.fromhex(state.digest_key),
        bytes.fromhex(state.incarnation),
        anchor.to_bytes(),
    ).to_bytes()

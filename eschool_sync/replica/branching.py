"""This replica was copied or restored and both have written: it goes on as another device (T17).

Nothing that was entered is lost. What the school has already from here gets its verdict; the rest
keeps its time, its order and its groups, and is signed anew under the new number, because two
things must never bear one number. Ids that it gave to rows change with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from eschool_core.errors import TransportError
from eschool_sync.protocol.branching import (
    MAX_PENDING,
    BranchRequest,
    BranchResponse,
    read_branch_response,
    renamed,
)
from eschool_sync.protocol.envelope import (
    GENESIS,
    NO_REPLACE,
    commitment_of,
    pack_payload,
    unpack_payload,
)
from eschool_sync.protocol.fields import malformed
from eschool_sync.replica.opened import Opened
from eschool_sync.replica.outbox import Pending
from eschool_sync.replica.position import Identity, Position
from eschool_sync.replica.pushing import forget_sent
from eschool_sync.replica.tables import delete_meta, find_meta, put_meta
from eschool_sync.security.signing import SigningKey, check_certificate

if TYPE_CHECKING:
    from eschool_sync.replica.transport import Transport

FORK: Final = "sync.fork"
SEED: Final = "branch"
"""Name under which the seed of the next device is kept until the school has certified it."""


class Branching:
    """Makes an open replica a device of its own.

    Args:
        opened: The replica.
        transport: The way to the server.
        replay: Carries out pending commands on top of the confirmed rows.
    """

    def __init__(
        self, opened: Opened, transport: Transport, replay: Callable[[Position], None]
    ) -> None:
        self._opened = opened
        self._transport = transport
        self._replay = replay

    def become_another(self) -> None:
        """Go on as another device, in one transaction once the school has certified it.

        Raises:
            TransportError: ``sync.fork``: the school sees no fork, or gives no number.
            AccessError: The device was shut out.
        """
        opened = self._opened
        with opened.writing() as position:
            old = opened.identity
            opened.outbox.leave_sealed()
            seed = find_meta(opened.database, SEED)
            if seed is None:
                seed = SigningKey.generate(opened.random).seed()
                put_meta(opened.database, SEED, seed)
            request = _request(old, SigningKey(seed), position, opened.outbox.pending())
        body = request.sealed(SigningKey(old.seed))
        response = read_branch_response(self._transport.post("branch", body))
        new = _identity(old, seed, response, max(position.synced_at, position.contact_time))
        with opened.writing() as present:
            if opened.identity != old or present.ack != position.ack:
                # Another process on this replica was here meanwhile.
                return
            opened.confirmed.restore_images()
            opened.store.reads.forget()
            opened.outbox.settle(response.judged)
            pending = opened.outbox.pending()
            first = pending[0].envelope.header.number if pending else present.next
            opened.receipts.forget()
            # What the server has of that number is not what waits here.
            forget_sent(opened.database)
            opened.become(new, first)
            moved = replace(present, ack=first - 1, head=_sign_anew(opened, pending, first))
            moved.save(opened.database)
            delete_meta(opened.database, SEED)
            self._replay(moved)


def _sign_anew(opened: Opened, pending: list[Pending], first: int) -> bytes:
    """Chain what is pending under the new number; return the hash of its last header."""
    head, device = GENESIS, opened.identity.device
    for entry in pending:
        header = entry.envelope.header
        fields = unpack_payload(entry.envelope.payload)
        payload = pack_payload(renamed(fields, header.device, device, first))
        # What was refused before the fork bears the old number: nothing inherits its ids.
        old_root = entry.ids_from < first
        replaces = NO_REPLACE if old_root else header.replaces
        changed = replace(
            header,
            device=device,
            replaces=replaces,
            commitment=commitment_of(entry.envelope.salt, payload),
            previous=head,
        )
        ids_from = NO_REPLACE if old_root else entry.ids_from
        opened.outbox.rewrite(changed, payload, ids_from)
        head = changed.hash
    return head


def _request(
    old: Identity, key: SigningKey, position: Position, pending: list[Pending]
) -> BranchRequest:
    """Return what is asked for.

    Raises:
        TransportError: ``sync.fork``: more is pending than one copy may name.
    """
    headers = [entry.envelope.header for entry in pending]
    first, previous = position.next, position.head
    if headers:
        first, previous = headers[0].number, headers[0].previous
    if len(headers) > MAX_PENDING:
        raise TransportError(FORK, number=first)
    named = tuple((header.number, header.hash) for header in headers)
    return BranchRequest(old.school, old.device, key.public_bytes, first, previous, named)


def _identity(old: Identity, seed: bytes, response: BranchResponse, now: int) -> Identity:
    """Return who the replica is from now on.

    Raises:
        AccessError: The school has not signed it.
        InputError: ``protocol.malformed``: it is about somebody else.
    """
    certificate = check_certificate(response.certificate, old.school_key, now)
    told = (certificate.device, certificate.person, certificate.public_key)
    if told != (response.device, old.person, SigningKey(seed).public_bytes):
        malformed("branch")
    return replace(old, device=response.device, seed=seed, certificate=response.certificate)

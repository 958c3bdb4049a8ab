"""A modified client: it signs with the key of an enrolled device and judges nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgpack

from eschool_core.app import Outcome
from eschool_core.commands.base import Command
from eschool_core.commands.catalogue import fields_of
from eschool_sync.history.merkle import leaf_hash
from eschool_sync.protocol.compression import compress
from eschool_sync.protocol.envelope import (
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
from eschool_sync.protocol.messages import SyncRequest, parts_hash, read_response
from eschool_sync.protocol.push import RUN_KEY_BYTES, Run, pack_push
from eschool_sync.replica.position import Identity, Position
from eschool_sync.security.signing import SigningKey
from tests.sync.harness import Member

RUN_KEY = bytes(range(RUN_KEY_BYTES))


class Forger:
    """Goes on with a member's chain; the replica itself knows nothing of it."""

    def __init__(self, member: Member) -> None:
        self.member = member
        self.identity = Identity.load(member.database)
        self.position = Position.load(member.database)
        self.key = SigningKey(self.identity.seed)

    def envelope(self, command: Command | tuple[str, list[Any]], **changes: Any) -> Envelope:
        """Return the next command of the chain, with ``changes`` in its header.

        Args:
            command: Or a kind with the fields of its payload, whatever they are.
            changes: Of the header; ``payload`` of the envelope instead.
        """
        kind, fields = command if isinstance(command, tuple) else (command.kind, fields_of(command))
        position = self.position
        number = int(changes.get("number", position.next))
        payload, salt = pack_payload(fields), salt_of(RUN_KEY, number)
        header = Header(
            self.identity.school,
            self.identity.device,
            number,
            1,
            kind,
            1,
            self.identity.person,
            position.cursor,
            Evidence.now(self.member.clock, position.contact),
            0,
            NO_REPLACE,
            commitment_of(salt, payload),
            position.head,
        )
        header = replace(header, **changes)
        self.position = replace(
            position, next=number + header.take, head=leaf_hash(header.to_bytes())
        )
        return Envelope(header, payload, salt)

    def push(self, envelopes: Sequence[Envelope], *, previous: bytes | None = None) -> Push:
        """Return envelopes as one signed push."""
        link = envelopes[0].header.previous if previous is None else previous
        anchors = [self.position.contact_anchor]
        return make_push(envelopes, link, anchors, self.key)

    def request(self, push: Push | bytes | None, **changes: Any) -> bytes:
        """Return the body of a sync, signed."""
        return self.asked(push, **changes).sealed(self.key)

    def asked(self, push: Push | bytes | None, **changes: Any) -> SyncRequest:
        """Return a sync as it is before it is signed."""
        packed = push
        if isinstance(push, Push):
            packed = pack_push(push, [Run(2**27 - 1, RUN_KEY)])
        identity, position = self.identity, self.position
        request = SyncRequest(
            identity.school,
            identity.device,
            b"",
            0,
            0,
            parts_hash([]),
            None,
            packed,  # type: ignore[arg-type]
        )
        assert position.cursor >= 0
        return replace(request, **changes)

    def send(self, *envelopes: Envelope) -> dict[int, Outcome]:
        """Send commands; return all verdicts that this device ever got."""
        request = self.asked(self.push(envelopes))
        answer = self.member.wire.deliver("sync", request.sealed(self.key))
        return dict(read_response(answer, request).verdicts)

    def resealed(self, fields: list[Any], key: SigningKey | None = None) -> bytes:
        """Return any fields as a request body with a right signature."""
        body: bytes = msgpack.packb(fields)
        return compress((key or self.key).sign(b"eschool/sync/1", body) + body)

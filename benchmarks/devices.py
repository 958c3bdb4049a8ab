"""Devices without a database: keys, a chain, and the bodies that a replica would send.

A thousand replicas would measure the machine that plays them. These bodies are made before the
clock starts, by the very functions that a replica uses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from benchmarks.school import BuiltSchool
from benchmarks.server_process import Served
from benchmarks.workload import EDIT_SECONDS
from eschool_core.commands.base import Command
from eschool_core.commands.catalogue import fields_of
from eschool_sync.clock import ManualClock
from eschool_sync.history.merkle import leaf_hash
from eschool_sync.protocol.enrolling import EnrolResponse, read_enrol_response
from eschool_sync.protocol.envelope import (
    GENESIS,
    NO_REPLACE,
    Envelope,
    Header,
    commitment_of,
    make_push,
    pack_payload,
    salt_of,
)
from eschool_sync.protocol.evidence import Contact, Evidence
from eschool_sync.protocol.messages import SyncRequest
from eschool_sync.protocol.push import RUN_KEY_BYTES, Run, pack_push
from eschool_sync.security.random_source import SystemRandom
from eschool_sync.security.signing import SigningKey, check_anchor


@dataclass(frozen=True, slots=True)
class Prepared:
    """A device whose push lies ready.

    Attributes:
        request: What it asks.
        body: The request, signed.
        commands: In its push.
    """

    device: int
    request: SyncRequest
    body: bytes
    commands: int


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled device that has sent nothing yet."""

    teacher: int
    key: SigningKey
    answer: EnrolResponse

    @classmethod
    def enrolled(cls, served: Served, school: BuiltSchool, teacher: int) -> Self:
        """Enrol a device of a teacher."""
        key = SigningKey.generate(SystemRandom())
        answer = served.ask("enrol", school.people.staff[teacher], key.public_bytes)
        return cls(teacher, key, read_enrol_response(answer))

    def prepared(
        self, commands: Sequence[Command], standing: tuple[int, bytes], wall: int
    ) -> Prepared:
        """Return the push of commands, done from ``wall`` on.

        Args:
            commands: At most as many as a push carries.
            standing: The seq up to which the device has everything, and the hash of its scope.
            wall: Seconds UTC.
        """
        answer, [seq, scope] = self.answer, standing
        run_key = SystemRandom().bytes(RUN_KEY_BYTES)
        envelopes = self._chain(commands, seq, wall, run_key)
        push = make_push(envelopes, GENESIS, [answer.anchor], self.key)
        request = SyncRequest(
            *(answer.school, answer.device, answer.incarnation, seq, 0, scope),
            None,
            pack_push(push, [Run(len(commands), run_key)]),
        )
        return Prepared(answer.device, request, request.sealed(self.key), len(commands))

    def _chain(
        self, commands: Sequence[Command], seq: int, wall: int, run_key: bytes
    ) -> list[Envelope]:
        answer = self.answer
        clock, link = ManualClock(wall), GENESIS
        heard = check_anchor(answer.anchor, answer.school_key).time
        contact = Contact.now(clock, heard, answer.anchor)
        envelopes = []
        for number, command in enumerate(commands, start=1):
            payload, salt = pack_payload(fields_of(command)), salt_of(run_key, number)
            header = Header(
                *(answer.school, answer.device, number, 1, command.kind, command.version),
                *(answer.person, seq, Evidence.now(clock, contact), 0, NO_REPLACE),
                *(commitment_of(salt, payload), link),
            )
            link = leaf_hash(header.to_bytes())
            envelopes.append(Envelope(header, payload, salt))
            clock.advance(EDIT_SECONDS)
        return envelopes

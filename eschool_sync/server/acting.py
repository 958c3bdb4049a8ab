"""The server's own acts, chained like any device's; what it attests names the person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eschool_core.commands.catalogue import fields_of
from eschool_core.imports.builder import BatchEntry
from eschool_sync.protocol.envelope import (
    NO_REPLACE,
    SALT_BYTES,
    Envelope,
    Header,
    commitment_of,
    pack_payload,
)
from eschool_sync.protocol.evidence import Evidence
from eschool_sync.security.random_source import Random
from eschool_sync.server.judge import Entry


@dataclass(frozen=True, slots=True)
class Chain:
    """What the headers of acts done together have in common.

    Attributes:
        device: The server's own number in this incarnation.
        actor: Whom the server attests; 0 for the server itself.
        now: When it was done.
    """

    school: int
    device: int
    actor: int
    base_seq: int
    now: int

    def entries(self, acts: Sequence[BatchEntry], previous: bytes, random: Random) -> list[Entry]:
        """Return acts as they go into the log.

        Args:
            acts: Numbered, in order; several are one group.
            previous: Hash of the header before the first.
            random: Gives the salts.
        """
        evidence = Evidence(self.now, 0, 0, self.now, 0, 0)
        group = acts[0].number if len(acts) > 1 else 0
        made = []
        for act in acts:
            payload = pack_payload(fields_of(act.command))
            salt = random.bytes(SALT_BYTES)
            header = Header(
                *(self.school, self.device, act.number, act.take),
                *(act.command.kind, act.command.version, self.actor, self.base_seq),
                evidence,
                group,
                NO_REPLACE,
                commitment_of(salt, payload),
                previous,
            )
            previous = header.hash
            made.append(Entry(Envelope(header, payload, salt), self.now))
        return made

"""What a school's server must remember even if its database is restored from a backup.

Kept in a small file outside the database and made durable before any answer that depends on it
(design §5.7): the incarnation, the highest device number, how far the server's own command numbers
may have been given, and the keys.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from enum import IntEnum
from pathlib import Path
from typing import Final, Self

from eschool_core.errors import DamageError, InputError
from eschool_core.ids import MAX_DEVICE
from eschool_sync.security.durable import read_at_most, write_atomically
from eschool_sync.security.random_source import Random

FORMAT: Final = 1
MAX_BYTES: Final = 64 * 1024
INCARNATION_BYTES: Final = 8
KEY_BYTES: Final = 32
DATABASE_KEY_BYTES: Final = 48
SERVER_DEVICE: Final = 1
RESERVED_AT_ONCE: Final = 256
"""Own command numbers for each write of the file; a start leaves out at most so many of 2^27."""


class Phase(IntEnum):
    """What a school's server does now (``restoring``)."""

    OPEN = 0
    SUSPENDED = 1
    COLLECTING = 2


@dataclass(frozen=True, slots=True)
class ServerState:
    """Secrets and counters of one school; bytes are hexadecimal.

    Attributes:
        server_device: Device number of the server's own acts in this incarnation.
        highest_device: The last number given to any device.
        reserved: The server's own device may have given its command numbers up to this one.
        school_seed: Seed of the school's signing key.
        digest_key: Key of the row digests; every replica of the school has it.
        database_key: Key and salt of the encrypted SQLite file; unused with PostgreSQL.
        phase: A ``Phase``.
        restores: How often the school has gone on from an older copy.
    """

    format: int
    school: int
    incarnation: str
    server_device: int
    highest_device: int
    school_seed: str
    digest_key: str
    database_key: str
    phase: int = Phase.OPEN
    restores: int = 0
    reserved: int = 0

    @classmethod
    def found(cls, school: int, random: Random) -> Self:
        """Return the state of a new school."""
        return cls(
            FORMAT,
            school,
            random.bytes(INCARNATION_BYTES).hex(),
            SERVER_DEVICE,
            SERVER_DEVICE,
            random.bytes(KEY_BYTES).hex(),
            random.bytes(KEY_BYTES).hex(),
            random.bytes(DATABASE_KEY_BYTES).hex(),
        )

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the file.

        Raises:
            InputError: ``server.no_school``: there is none.
            DamageError: ``damage.server_state``: it is not what was written.
        """
        try:
            data = read_at_most(path, MAX_BYTES)
        except FileNotFoundError as error:
            raise InputError("server.no_school") from error
        try:
            fields = json.loads(data or b"")
            state = cls(**fields)
            bytes.fromhex(state.school_seed + state.digest_key + state.incarnation)
        except (ValueError, TypeError) as error:
            raise DamageError("damage.server_state") from error
        return state

    def save(self, path: Path) -> None:
        """Write the file so that it survives a power cut."""
        write_atomically(path, json.dumps(asdict(self), indent=1).encode())

    def restored(self, random: Random) -> Self:
        """Return the state of a new incarnation, with a device number of its own.

        Raises:
            InputError: ``server.devices_used_up``.
        """
        numbered = self.next_device()
        return replace(
            numbered,
            incarnation=random.bytes(INCARNATION_BYTES).hex(),
            server_device=numbered.highest_device,
            phase=Phase.COLLECTING,
            restores=self.restores + 1,
            reserved=0,
        )

    def reserving(self, last: int) -> Self:
        """Return the state in which own numbers up to ``last`` may be given, and some more."""
        if last <= self.reserved:
            return self
        return replace(self, reserved=last + RESERVED_AT_ONCE)

    def knowing(self, device: int) -> Self:
        """Return the state in which a device number counts as given."""
        return replace(self, highest_device=max(self.highest_device, device))

    def next_device(self) -> Self:
        """Return the state after one more device number was given.

        Raises:
            InputError: ``server.devices_used_up``.
        """
        if self.highest_device >= MAX_DEVICE:
            raise InputError("server.devices_used_up", limit=MAX_DEVICE)
        return replace(self, highest_device=self.highest_device + 1)

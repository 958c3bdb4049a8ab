"""What a school's server must remember even if its database is restored from a backup.

Kept in a small file outside the database and made durable before any answer that depends on it
(design §5.7): the incarnation, the highest device number, how far the server's own command numbers
may have been given, how far the database had come, which devices are shut out, and the keys.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from enum import IntEnum
from pathlib import Path
from typing import Any, Final, Self

from eschool_core.errors import DamageError, InputError
from eschool_core.ids import MAX_DEVICE
from eschool_sync.security.durable import read_at_most, write_atomically
from eschool_sync.security.random_source import Random

FORMAT: Final = 1
MAX_BYTES: Final = 1024 * 1024
"""Room for every device number that there is, all of them shut out."""

INCARNATION_BYTES: Final = 8
KEY_BYTES: Final = 32
DATABASE_KEY_BYTES: Final = 48
SERVER_DEVICE: Final = 1
RESERVED_AT_ONCE: Final = 256
"""Own command numbers for each write of the file; a start leaves out at most so many of 2^27."""

UNKNOWN_DEVICES: Final = 256
"""Device numbers left free where nobody knows how many were given after the last known one."""


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
        seq: The database of this incarnation has held so many commands; 0 if nothing is known.
        root: Root of the history over them.
        shut_out: Numbers of devices that were shut out, for good.
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
    seq: int = 0
    root: str = ""
    shut_out: frozenset[int] = frozenset()

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
            state = cls.of(json.loads(data or b""))
            bytes.fromhex(state.school_seed + state.digest_key + state.incarnation + state.root)
        except (ValueError, TypeError) as error:
            raise DamageError("damage.server_state") from error
        return state

    @classmethod
    def of(cls, fields: dict[str, Any]) -> Self:
        """Return the state that was written as these fields.

        Raises:
            TypeError: They are others.
        """
        return cls(**fields | {"shut_out": frozenset(fields.get("shut_out", ()))})

    def fields(self) -> dict[str, Any]:
        """Return the fields as they are written."""
        return asdict(self) | {"shut_out": sorted(self.shut_out)}

    def save(self, path: Path) -> None:
        """Write the file so that it survives a power cut."""
        write_atomically(path, json.dumps(self.fields(), indent=1).encode())

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
            seq=0,
            root="",
        )

    def reserving(self, last: int) -> Self:
        """Return the state in which own numbers up to ``last`` may be given, and some more."""
        if last <= self.reserved:
            return self
        return replace(self, reserved=last + RESERVED_AT_ONCE)

    def remembering(self, seq: int, root: bytes, shut_out: Iterable[int]) -> Self:
        """Return the state in which the database has come so far, and these are shut out.

        Args:
            seq: Of a commit that is durable; what is earlier than the one remembered is ignored.
            root: Of the history at that commit.
            shut_out: Numbers of devices, beside those remembered.
        """
        shut = self.shut_out.union(shut_out)
        if seq <= self.seq:
            return replace(self, shut_out=shut)
        return replace(self, seq=seq, root=root.hex(), shut_out=shut)

    def knowing(self, device: int) -> Self:
        """Return the state in which a device number counts as given.

        Where it did not, the state was put back, too, and nobody knows how many more were given.
        """
        if device <= self.highest_device:
            return self
        return replace(self, highest_device=max(device, beyond_unknown(device)))

    def next_device(self) -> Self:
        """Return the state after one more device number was given.

        Raises:
            InputError: ``server.devices_used_up``.
        """
        if self.highest_device >= MAX_DEVICE:
            raise InputError("server.devices_used_up", limit=MAX_DEVICE)
        return replace(self, highest_device=self.highest_device + 1)


def beyond_unknown(device: int) -> int:
    """Return the last number that may have been given after ``device``, by numbers nobody knows."""
    return min(device + UNKNOWN_DEVICES, MAX_DEVICE - 1)

"""The small file beside a replica that says where its server is; nothing personal."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

from eschool_core.errors import DamageError, InputError
from eschool_sync.replica.transport import HttpTransport, Transport
from eschool_sync.security.durable import read_at_most, write_atomically

PROFILE_FILE: Final = "profile.json"
MAX_BYTES: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class Profile:
    """Where a replica's server is.

    Attributes:
        server_url: Base address, https (http on loopback only).
        school: The school's number on that server.
        ca_file: Certificate authority to trust instead of the system's, or empty.
    """

    server_url: str
    school: int
    ca_file: str = ""

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the file.

        Raises:
            InputError: ``replica.missing``.
            DamageError: ``damage.profile``.
        """
        try:
            data = read_at_most(folder / PROFILE_FILE, MAX_BYTES)
        except FileNotFoundError as error:
            raise InputError("replica.missing") from error
        try:
            return cls(**json.loads(data or b""))
        except (ValueError, TypeError) as error:
            raise DamageError("damage.profile") from error

    def save(self, folder: Path) -> None:
        """Write the file."""
        write_atomically(folder / PROFILE_FILE, json.dumps(asdict(self), indent=1).encode())

    def transport(self) -> Transport:
        """Return the way to the server."""
        ca_file = Path(self.ca_file) if self.ca_file else None
        return HttpTransport(self.server_url, self.school, ca_file=ca_file)

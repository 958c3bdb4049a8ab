"""What one run of the program knows: language, folder, profile; and the way to the replica."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from eschool_cli.home import existing_folder
from eschool_cli.prompts import secret
from eschool_cli.screen import Screen
from eschool_core import calendar
from eschool_core.errors import AccessError
from eschool_core.labels import Language
from eschool_core.queries.in_force import zone_of
from eschool_core.queries.lease import lease_is_over

if TYPE_CHECKING:
    from eschool_sync.replica import Replica


@dataclass(frozen=True)
class Session:
    """One run.

    Attributes:
        profile: Name of the replica; None for the only one.
        passphrase_fd: Descriptor that the passphrase is read from; None asks at the terminal.
    """

    language: Language
    home: Path
    profile: str | None = None
    passphrase_fd: int | None = None
    screen: Screen = field(default_factory=Screen)

    @contextmanager
    def replica(self, *, leased: bool = True) -> Iterator[Replica]:
        """Open the replica with the owner's passphrase, and close it at the end.

        Args:
            leased: Ask that it has heard from the server lately; only an exchange does without.

        Raises:
            InputError: There is no replica, or several and none is named.
            AccessError: The passphrase is wrong, or ``access.lease``: too long without contact.
            DamageError: The replica is damaged.
        """
        folder = existing_folder(self.home, self.profile)
        from eschool_sync.replica import Replica

        passphrase = secret("cli.ask.passphrase", self.passphrase_fd)
        with Replica.open(folder, passphrase) as replica:
            if leased and lease_is_over(replica.store, replica.status().last_sync, replica.now()):
                raise AccessError("access.lease")
            yield replica


def today_of(replica: Replica) -> int:
    """Return the school's date by the replica's best knowledge, as a day number."""
    return calendar.local_day(replica.now(), zone_of(replica.store))

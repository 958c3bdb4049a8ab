"""How a device becomes a replica."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eschool_core.errors import InputError
from eschool_core.store.database import SqliteDatabase, transaction
from eschool_sync.clock import Clock, SystemClock
from eschool_sync.protocol.enrolling import (
    EnrolRequest,
    EnrolResponse,
    read_enrol_response,
)
from eschool_sync.protocol.envelope import GENESIS
from eschool_sync.protocol.evidence import Contact
from eschool_sync.protocol.messages import (
    parts_hash,
)
from eschool_sync.replica.position import Identity, Position
from eschool_sync.replica.profile import Profile
from eschool_sync.replica.replica import DATABASE_FILE
from eschool_sync.replica.slots import KEYS_FILE
from eschool_sync.replica.tables import create_replica_tables
from eschool_sync.security.cipher import create_encrypted
from eschool_sync.security.keyslots import KeySlots
from eschool_sync.security.random_source import Random, SystemRandom
from eschool_sync.security.signing import SigningKey, check_anchor, check_certificate

if TYPE_CHECKING:
    from eschool_sync.replica.transport import Progress, Transport
    from eschool_sync.security.database_key import DatabaseKey


@dataclass(frozen=True, slots=True)
class EnrolResult:
    """What the new owner of a replica needs.

    Attributes:
        recovery_code: To be printed and kept away from the computer; shown once.
    """

    replica_folder: Path
    recovery_code: str
    person_id: int
    device: int


def enrol(
    folder: Path,
    server_url: str,
    school: int,
    code: str,
    passphrase: str,
    *,
    label: str = "",
    ca_file: str = "",
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> EnrolResult:
    """Make a replica in ``folder`` for the person to whom ``code`` was given.

    Raises:
        InputError: There is a replica already, or the passphrase is too short.
        AccessError: ``access.code``: the code is unknown, used or expired.
        TransportError: The server cannot be reached; the code stays unused.
    """
    profile = Profile(server_url, school, ca_file)
    with closing(profile.transport()) as transport:
        return enrol_through(
            transport,
            profile,
            folder,
            code,
            passphrase,
            label=label,
            progress=progress,
            clock=clock,
        )


def enrol_through(
    transport: Transport,
    profile: Profile,
    folder: Path,
    code: str,
    passphrase: str,
    *,
    label: str = "",
    progress: Progress | None = None,
    clock: Clock | None = None,
    random: Random | None = None,
) -> EnrolResult:
    """Enrol through a given transport; see ``enrol``."""
    if folder.exists() and any(folder.iterdir()):
        raise InputError("input.replica_exists")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    source = random or SystemRandom()
    try:
        _, key, recovery_code = KeySlots.create(folder / KEYS_FILE, passphrase)
        signing = SigningKey.generate(source)
        request = EnrolRequest(code, signing.public_bytes, label)
        response = read_enrol_response(transport.post("enrol", request.to_bytes(), progress))
        _create(folder, key, signing, response, clock or SystemClock())
        profile.save(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return EnrolResult(folder, recovery_code, response.person, response.device)


def _create(
    folder: Path, key: DatabaseKey, signing: SigningKey, response: EnrolResponse, clock: Clock
) -> None:
    anchor = check_anchor(response.anchor, response.school_key)
    certificate = check_certificate(response.certificate, response.school_key, anchor.time)
    if certificate.public_key != signing.public_bytes or certificate.device != response.device:
        raise InputError("protocol.malformed", part="enrolment")
    contact = Contact.now(clock, anchor.time, response.anchor)
    connection = create_encrypted(folder / DATABASE_FILE, key)
    try:
        database = SqliteDatabase(connection)
        with transaction(database):
            create_replica_tables(database)
            Identity(
                response.school,
                response.device,
                response.person,
                signing.seed(),
                response.certificate,
                response.school_key,
                response.digest_key,
            ).save(database)
            Position(
                incarnation=b"",
                cursor=0,
                ack=0,
                next=1,
                head=GENESIS,
                scope=parts_hash([]),
                tree=0,
                root=b"",
                tree_head=b"",
                synced_at=0,
                contact_time=contact.time,
                contact_anchor=contact.anchor,
                contact_boot=contact.boot,
                contact_monotonic=contact.monotonic,
            ).save(database)
    finally:
        connection.close()

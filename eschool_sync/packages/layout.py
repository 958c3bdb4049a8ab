"""What lies where in a package: a bag after RFC 8493 with the school's signature beside it.

bagit.txt, bag-info.txt        what BagIt asks for
manifest-sha256.txt            a checksum for each file under data
tagmanifest-sha256.txt         a checksum for each of these three
signature.json                 the school's signature over the last one
data/about.json                what is packed, until when it is kept, how many rows
data/README.txt                the same in words
data/papers/*.pdf              PDF/A, signed where a key was given
data/tables/NAME.json, .csv, .schema.json
data/history/entries.jsonl     the entries of the log that wrote these rows
data/history/proof.json        the school's signed head, and what leads from the entries to it
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import msgpack

from eschool_core.errors import AccessError, DamageError, InputError
from eschool_sync.security.durable import read_at_most
from eschool_sync.security.signing import SigningKey, verify
from eschool_sync.security.suite import SUITE

FORMAT: Final = "eschool-package/1"
CONTEXT: Final = b"eschool/package/1"
ALGORITHM: Final = "sha256"

DATA: Final = "data"
BAG_FILE: Final = "bagit.txt"
INFO: Final = "bag-info.txt"
MANIFEST: Final = f"manifest-{ALGORITHM}.txt"
TAG_MANIFEST: Final = f"tagmanifest-{ALGORITHM}.txt"
SIGNATURE: Final = "signature.json"
TAG_FILES: Final = (BAG_FILE, INFO, MANIFEST, TAG_MANIFEST, SIGNATURE)
ABOUT: Final = "data/about.json"
ENTRIES: Final = "data/history/entries.jsonl"
PROOF: Final = "data/history/proof.json"
PAPERS: Final = "data/papers/"

MAX_SIGNATURE_BYTES: Final = 4096
CHUNK_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class PackageSignature:
    """The school's word on a package.

    Attributes:
        school: Its number.
        school_key: The public key that signed, as the package states it.
        digest: SHA-256 of ``TAG_MANIFEST``: it stands for every byte of the package.
    """

    school: int
    school_key: bytes
    digest: bytes
    signature: bytes

    @classmethod
    def make(cls, school: int, digest: bytes, key: SigningKey) -> Self:
        """Return the signature over a digest."""
        signature = key.sign(CONTEXT, _signed(school, digest))
        return cls(school, key.public_bytes, digest, signature)

    def check(self, school_key: bytes) -> None:
        """Let pass what the school with this key signed.

        Raises:
            AccessError: ``package.other_key``: the package is signed by another key.
            DamageError: ``package.signature``: by this one, but not for this content.
        """
        if self.school_key != school_key:
            raise AccessError("package.other_key")
        try:
            verify(school_key, CONTEXT, _signed(self.school, self.digest), self.signature)
        except AccessError as error:
            raise DamageError("package.signature") from error

    def to_json(self) -> bytes:
        """Return the file's bytes."""
        fields = {
            "format": FORMAT,
            "school": self.school,
            "school_key": self.school_key.hex(),
            f"tagmanifest_{ALGORITHM}": self.digest.hex(),
            "signature": self.signature.hex(),
        }
        return (json.dumps(fields, indent=1) + "\n").encode()

    @classmethod
    def read(cls, file: Path) -> Self:
        """Return the signature in a file.

        Raises:
            InputError: ``package.none``: there is none that this version reads.
        """
        try:
            fields: Any = json.loads(read_at_most(file, MAX_SIGNATURE_BYTES) or b"")
            if fields["format"] != FORMAT or type(fields["school"]) is not int:
                raise InputError("package.none")
            names = ("school_key", f"tagmanifest_{ALGORITHM}", "signature")
            return cls(fields["school"], *(bytes.fromhex(fields[name]) for name in names))
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise InputError("package.none") from error


def digest_of(file: Path) -> bytes:
    """Return the SHA-256 of a file of any size."""
    hashed = hashlib.new(ALGORITHM)
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            hashed.update(chunk)
    return hashed.digest()


def _signed(school: int, digest: bytes) -> bytes:
    packed: bytes = msgpack.packb([SUITE, school, digest])
    return packed

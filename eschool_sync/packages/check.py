"""Checks a package by itself: no database, no network, the school's public key alone (4.4.5/3)."""

from __future__ import annotations

import json
import logging
import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import bagit

from eschool_core.domain.result_enums import ArchiveKind
from eschool_core.errors import DamageError, InputError
from eschool_sync.packages.history import check_history
from eschool_sync.packages.layout import (
    ABOUT,
    ALGORITHM,
    BAG_FILE,
    DATA,
    ENTRIES,
    FORMAT,
    INFO,
    MANIFEST,
    PAPERS,
    PROOF,
    SIGNATURE,
    TAG_FILES,
    TAG_MANIFEST,
    PackageSignature,
    digest_of,
)
from eschool_sync.security.durable import read_at_most

MAX_FILES: Final = 10_000
MAX_TAG_FILE_BYTES: Final = 4 * 1024 * 1024
MAX_PACKAGE_BYTES: Final = 8 * 1024 * 1024 * 1024
MAX_ABOUT_BYTES: Final = 1024 * 1024
SUM_LINE: Final = re.compile(r"([0-9a-f]{64})\s+\*?(\S.*)")
MAX_DEPTH: Final = 4
"""Folders under the package's own."""


class State(StrEnum):
    """What is wrong with a file."""

    CHANGED = "changed"
    MISSING = "missing"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Wrong:
    """A file that is not as it was packed; the name has ``/`` between its parts."""

    state: State
    file: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check has found.

    Attributes:
        about: What the package says of itself; empty where it could not be believed.
        digest: Stands for every byte; the archive's record has the same.
        files: Under ``data``.
        history_size: Entries that the signed head covers; 0 where something is wrong.
        history_entries: Proven to be among them.
        wrong: By name of the file.
    """

    folder: Path
    about: dict[str, Any]
    digest: str
    files: int
    history_size: int
    history_entries: int
    wrong: tuple[Wrong, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every byte is as it was packed."""
        return not self.wrong

    @property
    def kind(self) -> ArchiveKind:
        """The kind of package.

        Raises:
            InputError: ``package.none``: it names none.
        """
        try:
            return ArchiveKind[str(self.about["kind"]).upper()]
        except KeyError as error:
            raise InputError("package.none") from error

    def papers(self) -> list[Path]:
        """Return the PDFs."""
        return sorted((self.folder / PAPERS).glob("*.pdf"))


def is_package(folder: Path) -> bool:
    """Return whether a folder was meant for a package."""
    return (folder / SIGNATURE).is_file() or (folder / MANIFEST).is_file()


def check_package(folder: Path, school_key: bytes) -> Checked:
    """Check every byte, the school's signature and the history in a package.

    Args:
        folder: The package; nothing in it is believed.
        school_key: The school's public key, from somewhere one trusts.

    Raises:
        AccessError: ``package.other_key``: another key signed it.
        DamageError: ``package.history``: every checksum is right, and an entry is not in the
            history that the school signed.
        InputError: ``package.none``, ``package.strange``, ``package.too_large``: it is no package,
            or one that was made to do harm.
    """
    there = dict(_files(folder))
    digest = digest_of(there[TAG_MANIFEST]).hex() if TAG_MANIFEST in there else ""
    files = sum(1 for name in there if name.startswith(f"{DATA}/"))
    wrong = tuple(sorted(_found_wrong(folder, there, digest, school_key), key=lambda one: one.file))
    if wrong:
        return Checked(folder, {}, digest, files, 0, 0, wrong)
    about = _read_about(folder)
    head, entries = check_history(folder / ENTRIES, folder / PROOF, school_key)
    return Checked(folder, about, digest, files, head.size, entries, ())


def _found_wrong(
    folder: Path, there: Mapping[str, Path], digest: str, school_key: bytes
) -> list[Wrong]:
    """Return what is wrong, from the signature down: a list is read only when it is vouched for."""
    wrong = _signed_wrong(there, digest, school_key)
    if not wrong:
        sums = _sums_of_tags(there[TAG_MANIFEST])
        unlisted = {TAG_MANIFEST, SIGNATURE}
        tags = {name: path for name, path in there.items() if not name.startswith(f"{DATA}/")}
        wrong = _compared({k: v for k, v in tags.items() if k not in unlisted}, sums)
    if not any(one.file in TAG_FILES for one in wrong):
        payload = {name: path for name, path in there.items() if name.startswith(f"{DATA}/")}
        wrong += _compared(payload, _sums_of_payload(folder))
    return wrong


def _signed_wrong(there: Mapping[str, Path], digest: str, school_key: bytes) -> list[Wrong]:
    if SIGNATURE not in there:
        return [Wrong(State.MISSING, SIGNATURE)]
    signature = PackageSignature.read(there[SIGNATURE])
    try:
        signature.check(school_key)
    except DamageError:
        return [Wrong(State.CHANGED, SIGNATURE)]
    if signature.digest.hex() != digest:
        return [Wrong(State.CHANGED if digest else State.MISSING, TAG_MANIFEST)]
    return []


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield every file by its name in the package; links and other things are refused.

    Raises:
        InputError: ``package.none``, ``package.strange``, ``package.too_large``.
    """
    size = count = 0
    if folder.is_symlink() or not folder.is_dir():
        raise InputError("package.none")
    for place, folders, names in os.walk(folder):
        inside = Path(place).relative_to(folder)
        if len(inside.parts) > MAX_DEPTH:
            raise InputError("package.strange", file=inside.as_posix())
        for name in (*folders, *names):
            path = Path(place) / name
            named = unicodedata.normalize("NFC", (inside / name).as_posix())
            found = path.lstat()
            if stat.S_ISDIR(found.st_mode):
                continue
            if not stat.S_ISREG(found.st_mode):
                raise InputError("package.strange", file=named)
            size, count = size + found.st_size, count + 1
            in_data = named.startswith(f"{DATA}/")
            if (
                count > MAX_FILES
                or size > MAX_PACKAGE_BYTES
                or (not in_data and found.st_size > MAX_TAG_FILE_BYTES)
            ):
                raise InputError("package.too_large")
            yield named, path


def _sums_of_tags(file: Path) -> dict[str, str]:
    """Return the checksums in the list of tag files, which the school has signed.

    Raises:
        InputError: ``package.none``.
    """
    lines = (read_at_most(file, MAX_TAG_FILE_BYTES) or b"").decode("utf-8", "replace").splitlines()
    found = [SUM_LINE.fullmatch(line) for line in lines]
    sums = {one[2]: one[1] for one in found if one is not None}
    if None in found or set(sums) != {BAG_FILE, INFO, MANIFEST}:
        raise InputError("package.none")
    return sums


def _sums_of_payload(folder: Path) -> dict[str, str]:
    """Return the checksums in the list of files, by name.

    Raises:
        InputError: ``package.none``: it is no bag; ``package.strange``: its list leads out of it.
    """
    # The library writes what it finds, with names, to its log.
    logging.getLogger(bagit.__name__).setLevel(logging.CRITICAL + 1)
    try:
        entries: dict[str, dict[str, str]] = bagit.Bag(str(folder)).payload_entries()
    except (bagit.BagError, OSError, ValueError, TypeError, KeyError) as error:
        raise InputError("package.none") from error
    if any(set(sums) != {ALGORITHM} for sums in entries.values()):
        raise InputError("package.strange", file=MANIFEST)
    return {
        unicodedata.normalize("NFC", name): sums[ALGORITHM].lower()
        for name, sums in entries.items()
    }


def _compared(there: Mapping[str, Path], listed: Mapping[str, str]) -> list[Wrong]:
    """Return every file that is not as a list has it, or in no list."""
    return [
        *(Wrong(State.MISSING, name) for name in listed.keys() - there.keys()),
        *(Wrong(State.ADDED, name) for name in there.keys() - listed.keys()),
        *(
            Wrong(State.CHANGED, name)
            for name in listed.keys() & there.keys()
            if digest_of(there[name]).hex() != listed[name]
        ),
    ]


def _read_about(folder: Path) -> dict[str, Any]:
    try:
        about: Any = json.loads(read_at_most(folder / ABOUT, MAX_ABOUT_BYTES) or b"")
        if about["format"] != FORMAT:
            raise InputError("package.none")
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise InputError("package.none") from error
    else:
        return dict(about)

"""Where replicas lie: one folder for each profile, in a folder that only its owner reads."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from eschool_core.errors import InputError

VARIABLE = "ESCHOOL_HOME"
DEFAULT_PROFILE = "default"
MARKER = "profile.json"
"""The file that every replica's folder has."""

_NAME = re.compile(r"\w(?:[\w-]{0,62}\w)?")


def default_home() -> Path:
    """Return ``ESCHOOL_HOME``, else the folder that the system gives to programs for data."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "eschool"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "eschool"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "eschool"


def profiles(home: Path) -> list[str]:
    """Return the names of the replicas in ``home``, sorted."""
    if not home.is_dir():
        return []
    return sorted(
        entry.name
        for entry in home.iterdir()
        if _NAME.fullmatch(entry.name) and (entry / MARKER).is_file()
    )


def folder_of(home: Path, profile: str) -> Path:
    """Return the folder of a profile, there or not.

    Raises:
        InputError: ``cli.profile_name``: the name could lead out of ``home``.
    """
    if not _NAME.fullmatch(profile):
        raise InputError("cli.profile_name")
    return home / profile


def existing_folder(home: Path, profile: str | None) -> Path:
    """Return the folder of the profile that is meant: the named one, or the only one.

    Raises:
        InputError: ``cli.no_replica``, ``cli.several_profiles`` or ``cli.profile_name``.
    """
    known = profiles(home)
    if profile is not None:
        folder = folder_of(home, profile)
        if profile not in known:
            raise InputError("cli.no_replica")
        return folder
    if not known:
        raise InputError("cli.no_replica")
    if len(known) > 1:
        raise InputError("cli.several_profiles", count=len(known), names=", ".join(known))
    return home / known[0]

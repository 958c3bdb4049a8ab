"""Names of files as they may be shown, kept and saved anywhere."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MOST_CHARACTERS: Final = 100
_NOT_IN_NAMES: Final = re.compile(r'[\\/:*?"<>|;%]')
_DEVICES: Final = re.compile(r"(?i)(con|prn|aux|nul|(com|lpt)[0-9])(\.|$)")
_EMPTY: Final = "file"


def file_name(name: str) -> str:
    """Return a name that no system takes for a path, a device or an instruction; never empty.

    What is such a name already stays as it is.

    >>> file_name("../../nul.txt")
    '_.._nul.txt'
    """
    shown = "".join(
        letter
        for letter in unicodedata.normalize("NFC", name)
        if unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    )
    single = " ".join(_NOT_IN_NAMES.sub("_", shown).split())
    if _DEVICES.match(single):
        single = f"_{single}"
    stem, dot, ending = single.rpartition(".")
    if dot and len(single) > MOST_CHARACTERS:
        single = stem[: max(0, MOST_CHARACTERS - len(ending) - 1)] + dot + ending
    return single[:MOST_CHARACTERS].strip(". ") or _EMPTY

"""The header that names a downloaded file (RFC 6266): safe for Cyrillic, quotes and line breaks."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote

MOST_CHARACTERS: Final = 100
_NOT_IN_NAMES: Final = re.compile(r'[\\/:*?"<>|;%]')
_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9 ._()+,=@-]")
_EMPTY: Final = "file"


def disposition(name: str) -> str:
    """Return the value of ``Content-Disposition`` for a file to be saved, not shown.

    Old programs read ``filename``, which is plain ASCII, all others ``filename*``.

    >>> print(disposition("ИУП 7.csv"))
    attachment; filename="___ 7.csv"; filename*=UTF-8''%D0%98%D0%A3%D0%9F%207.csv
    """
    safe = file_name(name)
    plain = _NOT_PLAIN.sub("_", safe)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"


def file_name(name: str) -> str:
    """Return a name that no system takes for a path, a device or an instruction; never empty."""
    shown = "".join(
        letter
        for letter in unicodedata.normalize("NFC", name)
        if unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    )
    single = " ".join(_NOT_IN_NAMES.sub("_", shown).split())
    stem, dot, ending = single.rpartition(".")
    if dot and len(single) > MOST_CHARACTERS:
        single = stem[: MOST_CHARACTERS - len(ending) - 1] + dot + ending
    return single[:MOST_CHARACTERS].strip(". ") or _EMPTY

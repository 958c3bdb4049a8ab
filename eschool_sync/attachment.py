"""The header that names a downloaded file (RFC 6266): safe for Cyrillic, quotes and line breaks."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from eschool_core.file_names import file_name

_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9 ._()+,=@-]")


def disposition(name: str) -> str:
    """Return the value of ``Content-Disposition`` for a file to be saved, not shown.

    Old programs read ``filename``, which is plain ASCII, all others ``filename*``.

    >>> print(disposition("ИУП 7.csv"))
    attachment; filename="___ 7.csv"; filename*=UTF-8''%D0%98%D0%A3%D0%9F%207.csv
    """
    safe = file_name(name)
    plain = _NOT_PLAIN.sub("_", safe)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"

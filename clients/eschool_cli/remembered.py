"""What an import of marks remembers between runs: what headings mean.

It lies beside the replica and holds headings; names and marks are in the replica alone.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from eschool_core.errors import DamageError
from eschool_sync.security.durable import read_at_most, write_atomically

FILE: Final = "imports.json"
MAX_BYTES: Final = 1024 * 1024
MOST_COLUMNS: Final = 500
"""Of one journal; the oldest ones are forgotten."""


class Remembered:
    """The imports of one journal.

    Args:
        folder: Of the profile.
        journal_id: Which journal.

    Attributes:
        columns: Meanings by heading.
    """

    def __init__(self, folder: Path, journal_id: int) -> None:
        self._file = folder / FILE
        self._key = str(journal_id)
        own = self._read().get(self._key, {})
        self.columns: dict[str, str] = {
            str(heading): str(meaning) for heading, meaning in own.get("columns", {}).items()
        }

    def keep(self, columns: dict[str, str]) -> None:
        """Write down what headings mean."""
        everything = self._read()
        kept = dict(list(columns.items())[-MOST_COLUMNS:])
        everything[self._key] = {"columns": kept}
        content = json.dumps(everything, ensure_ascii=False, indent=1).encode()
        write_atomically(self._file, content)

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            found: dict[str, dict[str, Any]] = json.loads(
                read_at_most(self._file, MAX_BYTES) or b"{}"
            )
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise DamageError("damage.imports") from error
        return found

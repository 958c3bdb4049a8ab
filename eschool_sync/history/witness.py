"""A signed head as a file: whoever keeps one can show later what the history was."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Final, Self

from eschool_core.errors import InputError
from eschool_sync.history.head import TreeHead
from eschool_sync.security.suite import KEY_BYTES

FORMAT: Final = "eschool-tree-head/1"
MAX_FILE_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Witness:
    """A head with the key that signed it, as a replica has kept both."""

    school_key: bytes
    tree_head: bytes

    def head(self) -> TreeHead:
        """Return the head.

        Raises:
            AccessError: ``access.signature``.
        """
        return TreeHead.read(self.tree_head, self.school_key)

    def to_json(self) -> str:
        """Return the text of a file; what is readable in it is for people, the rest is proof."""
        head = self.head()
        fields = {
            "format": FORMAT,
            "school": head.school,
            "school_key": self.school_key.hex(),
            "size": head.size,
            "root": head.root.hex(),
            "time": head.time,
            "tree_head": base64.b64encode(self.tree_head).decode(),
        }
        return json.dumps(fields, indent=1) + "\n"

    @classmethod
    def of_json(cls, text: str) -> Self:
        """Return what a file holds.

        Raises:
            InputError: ``input.tree_head``: it is no such file.
        """
        try:
            fields = json.loads(text)
            if fields["format"] != FORMAT:
                raise InputError("input.tree_head")
            key = bytes.fromhex(fields["school_key"])
            signed = base64.b64decode(fields["tree_head"], validate=True)
        except (ValueError, KeyError, TypeError) as error:
            raise InputError("input.tree_head") from error
        if len(key) != KEY_BYTES:
            raise InputError("input.tree_head")
        return cls(key, signed)

"""Which partitions are here."""

from __future__ import annotations


class HeldParts:
    """The partitions that are here, as the store asks for them."""

    def __init__(self, parts: list[int]) -> None:
        self.parts = frozenset(parts)

    def become(self, parts: list[int]) -> None:
        """Hold other partitions from now on."""
        self.parts = frozenset(parts)

    def __contains__(self, part: object) -> bool:
        return part in self.parts

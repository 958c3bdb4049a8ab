"""What is known of the server's time after an answer with an anchor."""

from __future__ import annotations

from typing import Final

from eschool_sync.clock import Clock
from eschool_sync.protocol.evidence import Contact, Evidence
from eschool_sync.replica.position import Position

NO_BOOT: Final = 0
"""Stands for a boot that no device has: what was heard then is paired with no clock."""


def contact_after(
    clock: Clock, present: Position, heard: tuple[int, bytes], *, at_once: bool
) -> Contact:
    """Return the contact that counts from now on.

    Args:
        clock: The device's.
        present: Where the replica stands.
        heard: The anchor's time, and the anchor.
        at_once: Whether it comes straight from the server.
    """
    time, anchor = heard
    if at_once:
        return Contact.now(clock, time, anchor)
    estimate = Evidence.now(clock, present.contact).estimate()
    if estimate is not None and present.contact_time and estimate >= time:
        return present.contact
    return Contact(time, anchor, NO_BOOT, 0)

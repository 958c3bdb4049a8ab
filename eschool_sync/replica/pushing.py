"""Own commands on their way to the server, signed once."""

from __future__ import annotations

from dataclasses import replace

from eschool_sync.protocol.envelope import make_push
from eschool_sync.protocol.push import pack_push
from eschool_sync.replica.opened import Opened
from eschool_sync.replica.outbox import Pending
from eschool_sync.replica.position import Position
from eschool_sync.replica.sealing import sealed_push


def packed_push(opened: Opened, position: Position, waiting: list[Pending]) -> bytes:
    """Return commands as one push, with what the school said of them if it forgot them.

    Inside a transaction: the salt key in use is closed, because it goes out.
    """
    opened.outbox.close_run(position)
    envelopes = [entry.envelope for entry in waiting]
    anchors = sorted({entry.anchor for entry in waiting})
    signed = make_push(envelopes, envelopes[0].header.previous, anchors, opened.signing)
    first, last = envelopes[0].header.number, envelopes[-1].header.number
    sealed = b""
    if waiting[0].pushed:
        signed = replace(signed, offers=opened.receipts.offers(first, last))
        sealed = sealed_push(opened.database, waiting[0].pushed)
    return pack_push(signed, opened.outbox.sent_runs(first, last), sealed)

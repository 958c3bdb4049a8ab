"""The school's history as an answer shows it, held against what was shown before."""

from __future__ import annotations

from eschool_core.errors import InputError
from eschool_sync.history.head import TreeHead, require_growth
from eschool_sync.protocol.messages import SyncResponse
from eschool_sync.replica.position import Identity, Position


def shown_head(identity: Identity, position: Position, response: SyncResponse) -> TreeHead:
    """Return the head of the history, after it was shown to go on from the last one.

    Each replica is a witness of it: who has changed, removed or slipped in an entry cannot
    show the same history to everybody any more.

    Raises:
        DamageError: ``damage.history``.
    """
    seen = TreeHead(identity.school, position.incarnation, position.tree, position.root, 0)
    if not response.tree_head and response.checkpoint.seq == position.tree:
        return seen
    head = TreeHead.read(response.tree_head, identity.school_key)
    if (head.school, head.incarnation, head.size) != (
        identity.school,
        response.incarnation,
        response.checkpoint.seq,
    ):
        raise InputError("protocol.malformed", part="tree head")
    # In a bootstrap there is a cursor already and no head that was seen: any will do.
    is_same = response.incarnation == position.incarnation
    require_growth(seen if is_same else None, head, response.growth if is_same else ())
    return head

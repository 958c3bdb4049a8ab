"""What the deputy head has decided on commands of this device, as its owner was told."""

from __future__ import annotations

import json
from collections.abc import Sequence

from eschool_core.domain.enums import NoticeKind
from eschool_core.domain.office import Notice
from eschool_core.ids import MAX_NUMBER
from eschool_core.store.store import Store
from eschool_sync.replica.position import Identity


def decisions(
    store: Store, identity: Identity, earlier: Sequence[tuple[int, int]]
) -> dict[int, bool]:
    """Return whether held commands of this replica were applied, by number.

    Args:
        store: The replica's.
        identity: Who it is.
        earlier: The devices that it was, each with the number at which that ended.
    """
    ends = {**dict(earlier), identity.device: MAX_NUMBER + 1}
    decided = {}
    for kind in (NoticeKind.HELD_APPLIED, NoticeKind.HELD_DECLINED):
        for notice in store.select(Notice, person_id=identity.person, kind=kind):
            if notice.object_id < ends.get(json.loads(notice.params).get("device"), 0):
                decided[notice.object_id] = kind is NoticeKind.HELD_APPLIED
    return decided

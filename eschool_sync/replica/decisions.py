"""What the deputy head has decided on commands of this device, as its owner was told."""

from __future__ import annotations

import json

from eschool_core.domain.enums import NoticeKind
from eschool_core.domain.office import Notice
from eschool_core.store.store import Store
from eschool_sync.replica.position import Identity


def decisions(store: Store, identity: Identity) -> dict[int, bool]:
    """Return whether held commands of this device were applied, by number."""
    decided = {}
    for kind in (NoticeKind.HELD_APPLIED, NoticeKind.HELD_DECLINED):
        for notice in store.select(Notice, person_id=identity.person, kind=kind):
            if json.loads(notice.params).get("device") == identity.device:
                decided[notice.object_id] = kind is NoticeKind.HELD_APPLIED
    return decided

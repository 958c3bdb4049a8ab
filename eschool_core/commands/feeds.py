"""Calendar feeds: secret addresses of one's own calendar, and their end (1.2/3, 6.2)."""

from __future__ import annotations

from typing import ClassVar, Final

from eschool_core.commands import rights
from eschool_core.commands.access import HexHash
from eschool_core.commands.base import (
    Command,
    CommandSpec,
    Findings,
    ObjectId,
    Occasion,
    OptionalId,
)
from eschool_core.commands.breach import anybody
from eschool_core.commands.message_rights import require_family
from eschool_core.domain.enums import Role
from eschool_core.domain.feeds import CalendarFeed
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.errors import InputError, RightsError
from eschool_core.regulation import checks
from eschool_core.store.store import Store

MOST_FEEDS: Final = 10
"""Of one person at a time; a calendar program needs one."""


class OpenFeed(Command):
    """Open a secret address of one's own calendar or a ward's; the command carries its hash.

    Attributes:
        pupil_id: The ward whose calendar it shows; 0 for one's own.
    """

    kind: ClassVar[str] = "open_feed"
    secret_hash: HexHash
    pupil_id: OptionalId = 0


def open_feed(store: Store, command: OpenFeed, occasion: Occasion) -> Findings:
    """Write the feed.

    Raises:
        InputError: ``feed.too_many``; the secret is in use already.
    """
    secret_hash = bytes.fromhex(command.secret_hash)
    living = store.select(CalendarFeed, person_id=occasion.actor_id, revoked_at=0)
    if len(living) >= MOST_FEEDS:
        raise InputError("feed.too_many", limit=MOST_FEEDS)
    if store.first(CalendarFeed, secret_hash=secret_hash) is not None:
        raise InputError("data.field", field="secret_hash")
    store.put(
        CalendarFeed(
            id=occasion.new_id(),
            part=partition(PartitionKind.ACCOUNT, occasion.actor_id),
            person_id=occasion.actor_id,
            pupil_id=command.pupil_id,
            secret_hash=secret_hash,
            opened_at=occasion.interval.hi,
        )
    )
    return []


def may_open_feed(store: Store, command: OpenFeed, occasion: Occasion) -> None:
    """Let pass everybody for the own calendar, and a guardian for that of a ward.

    Raises:
        RightsError: The pupil is nobody whom the actor represents (2.10).
    """
    if occasion.actor_id == 0:
        raise RightsError(checks.ROLE_DENIED)
    anybody(store, command, occasion)
    if command.pupil_id and command.pupil_id != occasion.actor_id:
        days = rights.act_days(store, occasion)
        require_family(store, occasion.actor_id, command.pupil_id, days, checks.OTHER_CHILD)


class RevokeFeed(Command):
    """Shut a feed: from now on its address shows nothing."""

    kind: ClassVar[str] = "revoke_feed"
    feed_id: ObjectId


def revoke_feed(store: Store, command: RevokeFeed, occasion: Occasion) -> Findings:
    """Write when it was shut; one that is shut already stays so from then."""
    feed = store.require(CalendarFeed, command.feed_id)
    if not feed.revoked_at:
        store.put(feed.replace(revoked_at=max(1, occasion.interval.made_at)))
    return []


def may_revoke_feed(store: Store, command: RevokeFeed, occasion: Occasion) -> None:
    """Let pass its owner and the system officer.

    Raises:
        RightsError: Anybody else.
        InputError: There is no such feed.
    """
    feed = store.require(CalendarFeed, command.feed_id)
    if feed.person_id != occasion.actor_id:
        rights.require_role(store, occasion, Role.SYSTEM_OFFICER)


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(OpenFeed, may_open_feed, open_feed),
    CommandSpec(RevokeFeed, may_revoke_feed, revoke_feed),
)

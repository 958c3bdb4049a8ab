"""Channels for notices: everybody switches the own ones on and off."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Final

from pydantic import StringConstraints

from eschool_core.commands.base import Command, CommandSpec, Findings, Occasion, ShortText
from eschool_core.commands.breach import anybody
from eschool_core.domain.channels import NoticeChannel
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.errors import InputError, RightsError
from eschool_core.regulation import checks
from eschool_core.store.store import Store

EMAIL: Final = "email"
MOST_CHANNELS: Final = 5
"""Of one person."""

# Plain addresses only: no quotes, no comments, nothing that a mail program would read otherwise.
_EMAIL: Final = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,5}")
_OTHER: Final = re.compile(r"[A-Za-z0-9@._+-]{1,100}")


class SetChannel(Command):
    """Hear of new notices by a service at an address; an empty one switches it off.

    Attributes:
        service: ``email``, or one that the server's operator offers.
    """

    kind: ClassVar[str] = "set_channel"
    service: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,30}$")]
    address: ShortText = ""


def set_channel(store: Store, command: SetChannel, occasion: Occasion) -> Findings:
    """Write the channel.

    Raises:
        InputError: ``channel.address``: none that the service could have; ``channel.too_many``.
    """
    shape = _EMAIL if command.service == EMAIL else _OTHER
    if command.address and not shape.fullmatch(command.address):
        raise InputError("channel.address", service=command.service)
    part = partition(PartitionKind.ACCOUNT, occasion.actor_id)
    channels = store.select(NoticeChannel, part=part)
    known = [entry for entry in channels if entry.service == command.service]
    if not known and len(channels) >= MOST_CHANNELS:
        raise InputError("channel.too_many", limit=MOST_CHANNELS)
    store.put(
        NoticeChannel(
            id=known[0].id if known else occasion.new_id(),
            part=part,
            person_id=occasion.actor_id,
            service=command.service,
            address=command.address,
            changed_at=occasion.interval.made_at,
        )
    )
    return []


def oneself(store: Store, command: SetChannel, occasion: Occasion) -> None:
    """Let pass every person of the school, for himself; the server has no address.

    Raises:
        RightsError: The school does not know the actor.
    """
    if occasion.actor_id == 0:
        raise RightsError(checks.ROLE_DENIED)
    anybody(store, command, occasion)


SPECS: tuple[CommandSpec, ...] = (CommandSpec(SetChannel, oneself, set_channel),)

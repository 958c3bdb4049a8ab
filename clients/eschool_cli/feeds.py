"""``eschool feeds``: secret addresses for calendar programs; opening and revoking them."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.parameters import NumberType
from eschool_cli.screen import Column
from eschool_cli.session import Session, today_of
from eschool_cli.wording import DASH, moment
from eschool_cli.writing import give, made, receipt_json
from eschool_core.commands.feeds import OpenFeed, RevokeFeed
from eschool_core.domain.people import Pupil
from eschool_core.domain.school import Staff
from eschool_core.queries import lookup
from eschool_core.queries.feeds import feeds
from eschool_core.queries.people import person
from eschool_core.store.store import Store
from eschool_sync.security.codes import feed_address, feed_hash, new_feed_secret
from eschool_sync.security.random_source import SystemRandom

MAX_ID = 2**53 - 1


@click.group(name="feeds", cls=LocalGroup, invoke_without_command=True, no_args_is_help=False)
@as_json
@click.pass_context
def feeds_group(ctx: click.Context, as_json: bool) -> None:  # noqa: FBT001
    """Show the feeds, unless a subcommand is given."""
    if ctx.invoked_subcommand is None:
        _list(ctx.obj, as_json=as_json)


def _list(session: Session, *, as_json: bool) -> None:
    with session.replica() as replica:
        found = feeds(replica.store)
    if as_json:
        session.screen.json([one.as_json() for one in found])
        return
    columns = (
        Column(say("cli.feeds.number"), "right", keep=True),
        Column(say("cli.feeds.person")),
        Column(say("cli.feeds.shows")),
        Column(say("cli.feeds.opened"), keep=True),
        Column(say("cli.feeds.revoked"), keep=True),
    )
    rows = [
        (
            str(one.feed_id),
            one.name or str(one.person_id),
            one.pupil if one.pupil_id else say("cli.feeds.own"),
            moment(one.opened_at),
            moment(one.revoked_at) if one.revoked_at else DASH,
        )
        for one in found
    ]
    session.screen.table(columns, rows)


@feeds_group.command(name="open", cls=LocalCommand, says="feeds.open")
@option("--child", default="", says="feed_child", shown_as="pupil")
@as_json
@click.pass_obj
def open_command(session: Session, child: str, as_json: bool) -> None:  # noqa: FBT001
    """Open a feed and show its address, once."""
    with session.replica() as replica:
        pupil_id = _pupil(replica.store, replica.person_id, child, today_of(replica))
        secret = new_feed_secret(SystemRandom())
        command = made(OpenFeed, secret_hash=feed_hash(secret), pupil_id=pupil_id)
        receipt = replica.do(command)
        address = feed_address(replica.status().server_url, replica.school, secret)
    if as_json:
        said = receipt_json(receipt, session.language)
        session.screen.json({"address": address, "pupil_id": pupil_id, **said})
        return
    session.screen.line(say("cli.feeds.done"))
    session.screen.line()
    session.screen.whole(address)
    session.screen.line()
    session.screen.line(say("cli.feeds.secret"))
    session.screen.line(say("cli.feeds.sync"), "dim")


@feeds_group.command(name="revoke", cls=LocalCommand, says="feeds.revoke")
@argument("feed", says="feed", type=NumberType(1, MAX_ID))
@as_json
@click.pass_obj
def revoke_command(session: Session, feed: int, as_json: bool) -> None:  # noqa: FBT001
    """Revoke a feed: its address shows nothing from the next sync on."""
    with session.replica() as replica:
        command = made(RevokeFeed, feed_id=feed)
        give(session, replica, command, say("cli.feeds.shut", feed=feed), as_json=as_json)


def _pupil(store: Store, person_id: int, typed: str, day: int) -> int:
    """Return the ward that a feed shows; 0 for one's own calendar.

    Raises:
        LookupFailedError: Nobody, or several.
    """
    if typed:
        return person(store, typed, day).person_id
    if store.get(Staff, person_id) is not None or store.get(Pupil, person_id) is not None:
        return 0
    return lookup.ward(store, person_id, day).pupil_id

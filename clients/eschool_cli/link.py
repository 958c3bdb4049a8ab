"""``eschool link``: an address on the network for a lesson or its homework (2.12)."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json, find_lesson, journal_arguments, lesson_options
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.parameters import Day
from eschool_cli.session import Session
from eschool_cli.writing import give, made
from eschool_core.commands.links import AttachLink, DetachLink
from eschool_core.domain.informing import ResourceLink
from eschool_core.errors import InputError


@click.command(name="link", cls=LocalCommand)
@journal_arguments
@argument("url", says="url")
@option("--title", default="", says="link_title", shown_as="text")
@option("--homework", is_flag=True, says="link_homework")
@option("--remove", is_flag=True, says="link_remove")
@lesson_options
@as_json
@click.pass_obj
def link_command(
    session: Session,
    class_name: str,
    subject: str,
    url: str,
    title: str,
    homework: bool,  # noqa: FBT001
    remove: bool,  # noqa: FBT001
    day: Day,
    period: int | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Add a link to a lesson or its homework, or take it away."""
    with session.replica() as replica:
        place = find_lesson(replica, class_name, subject, day, period)
        if remove:
            known = replica.store.first(ResourceLink, lesson_id=place.lesson.id, url=url)
            if known is None:
                raise InputError("cli.link.unknown")
            command = made(DetachLink, link_id=known.id)
            give(session, replica, command, say("cli.link.removed"), as_json=as_json)
            return
        command = made(
            AttachLink,
            lesson_id=place.lesson.id,
            url=url,
            title=title or url[:200],
            for_homework=int(homework),
        )
        done = say("cli.link.added", place=place.said(session.language))
        give(session, replica, command, done, as_json=as_json)

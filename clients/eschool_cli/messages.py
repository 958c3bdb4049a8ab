"""``eschool messages``: conversations between staff and families (2.11)."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.noting import log_reading
from eschool_cli.parameters import MAX_DIGITS, NumberType
from eschool_cli.session import Session, today_of
from eschool_cli.wording import DASH, moment
from eschool_cli.writing import give, made
from eschool_core.commands.messages import OpenThread, ReadThread, SendMessage
from eschool_core.domain.enums import PersonKind
from eschool_core.domain.school import Staff
from eschool_core.errors import InputError
from eschool_core.queries import lookup
from eschool_core.queries.messages import Conversation, conversation, threads
from eschool_core.queries.people import person
from eschool_core.queries.personal_reads import reading_of_thread, reading_of_threads

NUMBER = NumberType(1, 10**MAX_DIGITS)


@click.group(name="messages", cls=LocalGroup, invoke_without_command=True, no_args_is_help=False)
@as_json
@click.pass_context
def messages_group(ctx: click.Context, as_json: bool) -> None:  # noqa: FBT001
    """List own conversations, unless a subcommand is given."""
    if ctx.invoked_subcommand is None:
        _list(ctx.obj, as_json=as_json)


def _list(session: Session, *, as_json: bool) -> None:
    with session.replica() as replica:
        store, own = replica.store, replica.person_id
        found = threads(store, own)
        log_reading(replica, reading_of_threads(store, own, today_of(replica)))
    if as_json:
        session.screen.json([entry.as_json() for entry in found])
        return
    if not found:
        session.screen.line(say("cli.messages.none"))
    for entry in found:
        names = [each.name or DASH for each in entry.members if each.person_id != own]
        unread = f" · {say('cli.messages.unread', count=entry.unread)}" if entry.unread else ""
        session.screen.line(
            f"№ {entry.thread_id} · {entry.title} · {', '.join(names)} · "
            f"{moment(entry.last_at)}{unread}",
            "bold" if entry.unread else "",
        )


@messages_group.command(name="read", cls=LocalCommand, says="messages.read")
@argument("thread", says="thread", type=NUMBER)
@option("--no-receipt", is_flag=True, says="no_receipt")
@as_json
@click.pass_obj
def read_command(
    session: Session,
    thread: int,
    no_receipt: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Show a conversation and give the receipt that it was read."""
    with session.replica() as replica:
        store, own = replica.store, replica.person_id
        answer = conversation(store, thread, own)
        log_reading(replica, reading_of_thread(store, own, thread, today_of(replica)))
        others = [each for each in answer.messages if each.sender_id != own]
        unread = [
            unread
            for entry in threads(store, own)
            if entry.thread_id == thread and (unread := entry.unread)
        ]
        if others and unread and not no_receipt:
            replica.do(made(ReadThread, thread_id=thread, message_id=others[-1].message_id))
    if as_json:
        session.screen.json(answer.as_json())
        return
    _show(session, answer)


def _show(session: Session, answer: Conversation) -> None:
    session.screen.heading(answer.title)
    names = ", ".join(each.name or DASH for each in answer.members)
    session.screen.line(names, "dim")
    for entry in answer.messages:
        session.screen.line()
        session.screen.line(f"{entry.sender or DASH} · {moment(entry.made_at)}", "bold")
        session.screen.lines(entry.text, indent=2)
        if entry.read_by:
            said = say(
                "cli.messages.read_by", names=", ".join(each or DASH for each in entry.read_by)
            )
            session.screen.line(said, "dim", indent=2)


@messages_group.command(name="reply", cls=LocalCommand, says="messages.reply")
@argument("thread", says="thread", type=NUMBER)
@argument("text", says="message_text")
@as_json
@click.pass_obj
def reply_command(session: Session, thread: int, text: str, as_json: bool) -> None:  # noqa: FBT001
    """Write in a conversation."""
    with session.replica() as replica:
        command = made(SendMessage, thread_id=thread, text=text)
        give(session, replica, command, say("cli.messages.written"), as_json=as_json)


@messages_group.command(name="write", cls=LocalCommand, says="messages.write")
@argument("title", says="thread_title")
@argument("text", says="message_text")
@option("--to", "staff", multiple=True, says="message_staff", shown_as="person")
@option("--about", "pupil", says="message_about", shown_as="text")
@option("--to-pupil", is_flag=True, says="message_pupil")
@option("--to-guardians", is_flag=True, says="message_guardians")
@as_json
@click.pass_obj
def write_command(
    session: Session,
    title: str,
    text: str,
    staff: tuple[str, ...],
    pupil: str | None,
    to_pupil: bool,  # noqa: FBT001
    to_guardians: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Open a conversation; each guardian gets one of the own."""
    if (to_pupil or to_guardians) and pupil is None:
        raise InputError("cli.messages.about")
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        found = [person(store, each, today, kind=PersonKind.STAFF) for each in staff]
        about = 0
        if pupil is not None:
            about = lookup.any_pupil(store, pupil, today).pupil_id
        elif store.get(Staff, replica.person_id) is None:
            about = lookup.ward(store, replica.person_id, today).pupil_id
        command = made(
            OpenThread,
            title=title,
            text=text,
            staff_ids=[each.person_id for each in found],
            pupil_id=about,
            to_pupil=int(to_pupil),
            to_guardians=int(to_guardians),
        )
        give(session, replica, command, say("cli.messages.written"), as_json=as_json)

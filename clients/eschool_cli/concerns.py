"""``eschool concerns``: failing and absent pupils, and telling of them (4.5.4)."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, option, say
from eschool_cli.screen import Screen
from eschool_cli.session import Session, today_of
from eschool_cli.wording import DASH, hundredths, moment, short_date
from eschool_cli.writing import made, show
from eschool_core.commands.concerns import SeeConcern, SendConcern
from eschool_core.domain.care_enums import ConcernKind, DeliveryWay
from eschool_core.domain.enums import NoticeKind
from eschool_core.domain.office import Notice
from eschool_core.errors import InputError
from eschool_core.queries.concerns import ConcernAnswer, Receipt, concerns
from eschool_core.queries.lookup import own_journals
from eschool_core.store.store import Store


@click.command(name="concerns", cls=LocalCommand)
@option("--send", is_flag=True, says="concerns_send")
@option("--pupil", default="", says="concerns_pupil", shown_as="text")
@option("--seen", is_flag=True, says="concerns_seen")
@as_json
@click.pass_obj
def concerns_command(
    session: Session,
    send: bool,  # noqa: FBT001
    pupil: str,
    seen: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Show whom class teacher and guardians are to be told of; with ``--send`` tell them."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        if seen:
            receipts = [
                replica.do(made(SeeConcern, concern_id=concern_id))
                for concern_id in _told(store, replica.person_id)
            ]
            show(session, receipts, [say("cli.concerns.seen")] * len(receipts), as_json=as_json)
            return
        answer = concerns(store, own_journals(store, replica.person_id, today), today)
        wanted = [
            entry
            for entry in answer.proposed
            if entry.pupil.casefold().startswith(pupil.casefold())
        ]
        if send:
            if not wanted:
                raise InputError("cli.concerns.nothing")
            given = [
                replica.do(
                    made(
                        SendConcern,
                        journal_id=entry.journal_id,
                        pupil_id=entry.pupil_id,
                        concern_kind=int(entry.kind),
                    )
                )
                for entry in wanted
            ]
            show(session, given, [_said(entry) for entry in wanted], as_json=as_json)
            return
    if as_json:
        session.screen.json(answer.as_json())
        return
    if not answer.proposed and not answer.sent:
        session.screen.line(say("cli.concerns.none"))
    for key, listed in (("proposed", answer.proposed), ("sent", answer.sent)):
        if listed:
            session.screen.heading(say(f"cli.concerns.{key}"))
            for entry in listed:
                _show(session.screen, entry)


def _told(store: Store, person_id: int) -> list[int]:
    told = {"kind": int(NoticeKind.CONCERN), "seen_at": 0}
    found = store.select(Notice, person_id=person_id, **told)
    return list(dict.fromkeys(entry.object_id for entry in found))


def _show(screen: Screen, entry: ConcernAnswer) -> None:
    screen.line(_said(entry), indent=2)
    if entry.sent_at is not None:
        screen.line(say("cli.concerns.sent_at", at=moment(entry.sent_at)), "dim", indent=4)
    for receipt in entry.receipts:
        screen.line(_receipt(receipt), "dim", indent=4)


def _said(entry: ConcernAnswer) -> str:
    failing = entry.kind is ConcernKind.FAILING
    return say(
        f"cli.concerns.{entry.kind.name.lower()}",
        pupil=entry.pupil or DASH,
        group=entry.group,
        subject=entry.subject,
        amount=hundredths(entry.amount) if failing else entry.amount,
        since=short_date(entry.since),
    )


def _receipt(receipt: Receipt) -> str:
    if receipt.way is DeliveryWay.PAPER:
        return say("cli.concerns.on_paper", person=receipt.person or DASH)
    if receipt.seen_at is None:
        return say("cli.concerns.unseen", person=receipt.person or DASH)
    return say("cli.concerns.seen_by", person=receipt.person or DASH, at=moment(receipt.seen_at))

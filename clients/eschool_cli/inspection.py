"""``eschool inspection``: a check from draft to release, and one's own results (5.1)."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.parameters import Day, DayType, NumberType
from eschool_cli.screen import Screen
from eschool_cli.session import Session, today_of
from eschool_cli.wording import DASH, moment, sentence, short_date
from eschool_cli.writing import give, made
from eschool_core.commands.base import MAX_ID
from eschool_core.commands.inspection_answers import AcknowledgeResult, RemedyResult
from eschool_core.commands.inspections import (
    AddInspectionItem,
    DraftInspection,
    DropInspectionItem,
    RegisterInspectionOrder,
    RegisterNote,
    ReleaseInspection,
)
from eschool_core.domain.enums import PersonKind
from eschool_core.labels import Language
from eschool_core.queries.inspections import (
    InspectionHead,
    ItemAnswer,
    inspection,
    inspections,
    results_on,
)
from eschool_core.queries.people import person

NUMBER = NumberType(1, MAX_ID)
TODAY = Day()
today_option = option(
    "--date", "day", type=DayType(), default=TODAY, says="inspection_date", shown_as="date"
)


@click.group(name="inspection", cls=LocalGroup)
def inspection_group() -> None:
    """Checks by the deputy head (5.1)."""


@inspection_group.command(name="draft", cls=LocalCommand, says="inspection.draft")
@argument("aim", says="inspection_aim")
@option("--from", "first", type=DayType(), required=True, says="report_from", shown_as="date")
@option("--to", "last", type=DayType(), default=TODAY, says="inspection_to", shown_as="date")
@option("--teacher", default="", says="report_teacher", shown_as="full_name")
@as_json
@click.pass_obj
def draft_command(
    session: Session,
    aim: str,
    first: Day,
    last: Day,
    teacher: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Draw up a check from the findings of a period."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        staff_id = person(store, teacher, today, kind=PersonKind.STAFF).person_id if teacher else 0
        command = made(
            DraftInspection,
            aim=aim,
            first_day=first.number(today),
            last_day=last.number(today),
            staff_id=staff_id,
        )
        give(session, replica, command, say("cli.inspection.drafted"), as_json=as_json)


@inspection_group.command(name="list", cls=LocalCommand, says="inspection.list")
@as_json
@click.pass_obj
def list_command(session: Session, as_json: bool) -> None:  # noqa: FBT001
    """Show the checks."""
    with session.replica() as replica:
        found = inspections(replica.store)
    if as_json:
        session.screen.json([one.as_json() for one in found])
        return
    if not found:
        session.screen.line(say("cli.inspection.none"))
    for one in found:
        _head(session.screen, one)


@inspection_group.command(name="show", cls=LocalCommand, says="inspection.show")
@argument("number", says="inspection_number", type=NUMBER)
@as_json
@click.pass_obj
def show_command(session: Session, number: int, as_json: bool) -> None:  # noqa: FBT001
    """Show a check with its items and answers."""
    with session.replica() as replica:
        found = inspection(replica.store, number)
    if as_json:
        session.screen.json(found.as_json())
        return
    _head(session.screen, found)
    for text in (found.conclusions, found.recommendations):
        if text:
            session.screen.line(text, indent=2)
    for item in found.items:
        _item(session.screen, item, session.language)


@inspection_group.command(name="add", cls=LocalCommand, says="inspection.add")
@argument("number", says="inspection_number", type=NUMBER)
@argument("teacher", says="inspection_teacher")
@argument("text", says="inspection_text")
@option("--fact", is_flag=True, says="inspection_fact")
@as_json
@click.pass_obj
def add_command(
    session: Session,
    number: int,
    teacher: str,
    text: str,
    fact: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Add what was seen to a draft."""
    with session.replica() as replica:
        someone = person(replica.store, teacher, today_of(replica), kind=PersonKind.STAFF)
        command = made(
            AddInspectionItem,
            inspection_id=number,
            staff_id=someone.person_id,
            text=text,
            remediable=int(not fact),
        )
        give(session, replica, command, say("cli.inspection.done"), as_json=as_json)


@inspection_group.command(name="drop", cls=LocalCommand, says="inspection.drop")
@argument("item", says="inspection_item", type=NUMBER)
@as_json
@click.pass_obj
def drop_command(session: Session, item: int, as_json: bool) -> None:  # noqa: FBT001
    """Take an item out of a draft."""
    with session.replica() as replica:
        command = made(DropInspectionItem, item_id=item)
        give(session, replica, command, say("cli.inspection.done"), as_json=as_json)


@inspection_group.command(name="note", cls=LocalCommand, says="inspection.note")
@argument("number", says="inspection_number", type=NUMBER)
@argument("document", says="inspection_document")
@today_option
@option("--conclusions", default="", says="inspection_conclusions", shown_as="text")
@option("--recommendations", default="", says="inspection_recommendations", shown_as="text")
@option("--due", type=DayType(), says="inspection_due", shown_as="date")
@as_json
@click.pass_obj
def note_command(
    session: Session,
    number: int,
    document: str,
    day: Day,
    conclusions: str,
    recommendations: str,
    due: Day | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Register the note of a check."""
    with session.replica() as replica:
        today = today_of(replica)
        command = made(
            RegisterNote,
            inspection_id=number,
            note_number=document,
            note_day=day.number(today),
            conclusions=conclusions,
            recommendations=recommendations,
            due_day=0 if due is None else due.number(today),
        )
        give(session, replica, command, say("cli.inspection.noted"), as_json=as_json)


@inspection_group.command(name="order", cls=LocalCommand, says="inspection.order")
@argument("number", says="inspection_number", type=NUMBER)
@argument("document", says="inspection_document")
@today_option
@as_json
@click.pass_obj
def order_command(
    session: Session,
    number: int,
    document: str,
    day: Day,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Register the head's order on a check."""
    with session.replica() as replica:
        command = made(
            RegisterInspectionOrder,
            inspection_id=number,
            order_number=document,
            order_day=day.number(today_of(replica)),
        )
        give(session, replica, command, say("cli.inspection.ordered"), as_json=as_json)


@inspection_group.command(name="release", cls=LocalCommand, says="inspection.release")
@argument("number", says="inspection_number", type=NUMBER)
@as_json
@click.pass_obj
def release_command(session: Session, number: int, as_json: bool) -> None:  # noqa: FBT001
    """Make the results of a check known."""
    with session.replica() as replica:
        command = made(ReleaseInspection, inspection_id=number)
        give(session, replica, command, say("cli.inspection.released"), as_json=as_json)


@inspection_group.command(name="mine", cls=LocalCommand, says="inspection.mine")
@as_json
@click.pass_obj
def mine_command(session: Session, as_json: bool) -> None:  # noqa: FBT001
    """Show what released checks say of oneself."""
    with session.replica() as replica:
        found = results_on(replica.store, replica.person_id)
    if as_json:
        session.screen.json([item.as_json() for item in found])
        return
    if not found:
        session.screen.line(say("cli.inspection.none_on_me"))
    for item in found:
        _item(session.screen, item, session.language)


@inspection_group.command(name="sign", cls=LocalCommand, says="inspection.sign")
@argument("result", says="inspection_result", type=NUMBER)
@option("--objection", default="", says="inspection_objection", shown_as="text")
@as_json
@click.pass_obj
def sign_command(
    session: Session,
    result: int,
    objection: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Sign that a result is known, or object."""
    with session.replica() as replica:
        command = made(AcknowledgeResult, result_id=result, objection=objection)
        said = say("cli.inspection.objected" if objection else "cli.inspection.signed")
        give(session, replica, command, said, as_json=as_json)


@inspection_group.command(name="remedy", cls=LocalCommand, says="inspection.remedy")
@argument("result", says="inspection_result", type=NUMBER)
@argument("text", says="inspection_done")
@as_json
@click.pass_obj
def remedy_command(session: Session, result: int, text: str, as_json: bool) -> None:  # noqa: FBT001
    """Say that a result is put right."""
    with session.replica() as replica:
        command = made(RemedyResult, result_id=result, remedy=text)
        give(session, replica, command, say("cli.inspection.remedied"), as_json=as_json)


def _head(screen: Screen, one: InspectionHead) -> None:
    state = say(f"InspectionState.{one.state.name.lower()}")
    span = f"{one.first_day:%d.%m.%Y}–{one.last_day:%d.%m.%Y}"
    number = say("cli.inspection.number", number=one.inspection_id)
    screen.heading(f"{number} · {one.aim} · {span} · {state}")
    papers = []
    if one.note_day:
        note = say("cli.inspection.note_of", number=one.note_number, date=short_date(one.note_day))
        papers.append(note)
    if one.order_day:
        papers.append(
            say(
                "cli.inspection.order_of",
                number=one.order_number,
                date=short_date(one.order_day),
                name=one.ordered_by or DASH,
            )
        )
    if papers:
        screen.line("; ".join(papers), indent=2)


def _item(screen: Screen, item: ItemAnswer, language: Language) -> None:
    where = ", ".join(part for part in (item.group, item.subject) if part)
    when = say("cli.when", date=short_date(item.day), period=item.period) if item.day else ""
    number = say("cli.inspection.number", number=item.item_id)
    state = "" if item.state is None else say(f"ResultState.{item.state.name.lower()}")
    fixed = say("cli.inspection.corrected") if item.corrected else ""
    head = (number, item.person or DASH, where, when, state, fixed)
    screen.line(" · ".join(part for part in head if part), "bold")
    screen.line(item.text or sentence(item.check, item.params, language), indent=2)
    if item.objection:
        screen.line(say("cli.inspection.objects", text=item.objection), indent=2)
    if item.answered_at:
        screen.line(say("cli.inspection.answered", at=moment(item.answered_at)), "dim", indent=2)
    if item.remedy:
        screen.line(say("cli.inspection.remedied_by", text=item.remedy), indent=2)
    elif item.due and item.remediable:
        screen.line(say("cli.inspection.due", date=short_date(item.due)), "dim", indent=2)

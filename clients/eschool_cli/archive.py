"""``eschool archive``: the year's end – gaps, registers, journals, what may be erased (5.3)."""

from __future__ import annotations

import click

from eschool_cli.answers import TODAY, as_json
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.parameters import Day, DayType, NumberType, WordType
from eschool_cli.screen import Column
from eschool_cli.session import Session, today_of
from eschool_cli.wording import DASH
from eschool_cli.writing import give, made, show
from eschool_core.commands.archive import (
    DecideDestruction,
    DrawUpRegister,
    ProposeDestruction,
    SealJournal,
    WaiveSection,
)
from eschool_core.commands.base import MAX_ID
from eschool_core.commands.issuing import REGISTER
from eschool_core.domain.result_enums import YearSection
from eschool_core.errors import InputError
from eschool_core.forms.archive_papers import register_paper
from eschool_core.forms.wishes import of_table
from eschool_core.ids import make_id
from eschool_core.labels import text
from eschool_core.queries import lookup
from eschool_core.queries.archive import archive, gaps, register
from eschool_core.queries.in_force import year_on
from eschool_core.queries.issued import paper_number

NUMBER = NumberType(1, MAX_ID)
DIGITS = 16
"""Of a package's digest, as the list shows it; --json has all."""


@click.group(
    name="archive",
    cls=LocalGroup,
    places={
        "pack": "eschool_cli.packages:pack_command",
        "verify": "eschool_cli.packages:verify_command",
        "record": "eschool_cli.packages:record_command",
        "former": "eschool_cli.former:former_command",
        "forget": "eschool_cli.former:forget_command",
    },
)
def archive_group() -> None:
    """The year's end and the archive."""


@archive_group.command(name="gaps", cls=LocalCommand, says="archive.gaps")
@as_json
@click.pass_obj
def gaps_command(session: Session, as_json: bool) -> None:  # noqa: FBT001
    """Show which sections of the year are not filled, and by whom."""
    with session.replica() as replica:
        found = gaps(replica.store, today_of(replica))
    if as_json:
        session.screen.json([entry.as_json() for entry in found])
        return
    if not found:
        session.screen.line(say("cli.archive.gaps.none"))
        return
    columns = (
        Column(say("cli.column.number"), "right", keep=True),
        Column(say("cli.column.section")),
        Column(say("cli.column.where")),
        Column(say("cli.column.count"), "right", keep=True),
        Column(say("cli.column.who")),
        Column(say("cli.column.waived")),
    )
    rows = [
        (
            str(entry.object_id),
            text(f"YearSection.{entry.section.name.lower()}", session.language),
            entry.place,
            str(entry.count),
            ", ".join(entry.people) or DASH,
            entry.waived,
        )
        for entry in found
    ]
    session.screen.table(columns, rows)


@archive_group.command(name="waive", cls=LocalCommand, says="archive.waive")
@argument("section", says="year_section", type=WordType(YearSection))
@argument("number", says="gap_number", type=NUMBER)
@option("--reason", required=True, says="waive_gap_reason", shown_as="text")
@as_json
@click.pass_obj
def waive_command(
    session: Session,
    section: YearSection,
    number: int,
    reason: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Let a gap pass, with a reason."""
    with session.replica() as replica:
        year = year_on(replica.store, today_of(replica))
        if year is None:
            raise InputError("archive.no_gap")
        command = made(
            WaiveSection, year_id=year.id, section=int(section), object_id=number, reason=reason
        )
        give(session, replica, command, say("cli.archive.waive.done"), as_json=as_json)


@archive_group.command(name="seal", cls=LocalCommand, says="archive.seal")
@argument("class_name", says="class")
@argument("subject", says="subject")
@as_json
@click.pass_obj
def seal_command(session: Session, class_name: str, subject: str, as_json: bool) -> None:  # noqa: FBT001
    """Hand the journal of a closed year to the archive."""
    with session.replica() as replica:
        today = today_of(replica)
        place = lookup.journal(replica.store, class_name, subject, today, replica.person_id)
        command = made(SealJournal, journal_id=place.journal_id)
        done = say("cli.archive.seal.done", group=place.group, subject=place.subject)
        give(session, replica, command, done, as_json=as_json)


@archive_group.command(name="register", cls=LocalCommand, says="archive.register")
@argument("class_name", says="class")
@as_json
@click.pass_obj
def register_command(session: Session, class_name: str, as_json: bool) -> None:  # noqa: FBT001
    """Draw up the summary register of a class whose year is closed."""
    with session.replica() as replica:
        today = today_of(replica)
        school_class = lookup.school_class(replica.store, class_name, today)
        year = year_on(replica.store, today)
        if year is None:
            raise InputError("report.no_year")
        paper = register_paper(replica.store, school_class, year.first_day, today, session.language)
        as_of = replica.status().last_sync or replica.now()
        # The register in the package for the data bank is the one that is issued here (5.2).
        commands = [
            made(DrawUpRegister, class_id=school_class.id),
            of_table(paper.tables[0], REGISTER, school_class.id).command(today, as_of),
        ]
        receipts = replica.do_all(commands)
        number = paper_number(make_id(replica.device, receipts[1].number))
        done = [
            say("cli.archive.register.done", class_name=school_class.name),
            say("cli.archive.register.issued", number=number),
        ]
        show(session, receipts, done, as_json=as_json)


@archive_group.command(name="list", cls=LocalCommand, says="archive.list")
@option("--due", is_flag=True, says="archive_due")
@as_json
@click.pass_obj
def list_command(session: Session, due: bool, as_json: bool) -> None:  # noqa: FBT001
    """Show what is kept until when; with --due only what may be destroyed."""
    with session.replica() as replica:
        found = archive(replica.store, today_of(replica), due_only=due)
    if as_json:
        session.screen.json([entry.as_json() for entry in found])
        return
    if not found:
        session.screen.line(say("cli.archive.none"))
        return
    columns = (
        Column(say("cli.column.number"), "right", keep=True),
        Column(say("cli.column.kind")),
        Column(say("cli.column.title")),
        Column(say("cli.column.keep_until"), keep=True),
        Column(say("cli.column.state")),
    )
    rows = [
        (
            str(entry.entry_id),
            text(f"ArchiveKind.{entry.kind.name.lower()}", session.language),
            f"{entry.title} · {entry.digest[:DIGITS]}" if entry.digest else entry.title,
            f"{entry.keep_until:%d.%m.%Y}",
            text(f"ArchiveState.{entry.state.name.lower()}", session.language)
            + (f": {entry.act}" if entry.act else ""),
        )
        for entry in found
    ]
    session.screen.table(columns, rows)


@archive_group.command(name="open", cls=LocalCommand, says="archive.open")
@argument("number", says="archive_number", type=NUMBER)
@as_json
@click.pass_obj
def open_command(session: Session, number: int, as_json: bool) -> None:  # noqa: FBT001
    """Open a summary register of any year: it needs nothing but itself."""
    with session.replica() as replica:
        title, lines = register(replica.store, number)
    if as_json:
        session.screen.json({"title": title, "rows": list(lines)})
        return
    session.screen.heading(title)
    for line in lines:
        session.screen.line()
        left = f" ({line['left']})" if line["left"] else ""
        session.screen.heading(f"{line['name']}{left}")
        rows = [
            (
                entry["subject"],
                " ".join(entry["terms"][key] for key in sorted(entry["terms"])),
                entry["year"],
                entry["exam"],
                entry["final"],
                entry["document"],
            )
            for entry in line["subjects"]
        ]
        columns = (
            Column(say("cli.column.subject")),
            Column(say("cli.column.terms"), keep=True),
            Column(say("cli.term.year"), "center", keep=True),
            Column(say("cli.column.exam"), "center", keep=True),
            Column(say("cli.column.final"), "center", keep=True),
            Column(say("cli.column.document")),
        )
        if rows:
            session.screen.table(columns, rows)
        if line["missed"]:
            session.screen.line(say("cli.archive.missed", **line["missed"]), indent=2)
        if line["decision"]:
            kind, _, protocol, day = line["decision"]
            words = text(f"CouncilDecisionKind.{kind}", session.language)
            session.screen.line(f"{words} · {protocol}, {day}", indent=2)


@archive_group.command(name="propose", cls=LocalCommand, says="archive.propose")
@argument("number", says="archive_number", type=NUMBER)
@option("--act", required=True, says="destruction_act", shown_as="text")
@option("--act-date", "day", type=DayType(), default=TODAY, says="act_date", shown_as="date")
@as_json
@click.pass_obj
def propose_command(session: Session, number: int, act: str, day: Day, as_json: bool) -> None:  # noqa: FBT001
    """Propose to destroy what has been kept its time, by an act."""
    with session.replica() as replica:
        command = made(
            ProposeDestruction, entry_id=number, act=act, act_day=day.number(today_of(replica))
        )
        give(session, replica, command, say("cli.archive.propose.done"), as_json=as_json)


@archive_group.command(name="approve", cls=LocalCommand, says="archive.approve")
@argument("number", says="archive_number", type=NUMBER)
@as_json
@click.pass_obj
def approve_command(session: Session, number: int, as_json: bool) -> None:  # noqa: FBT001
    """Approve an act of destruction, as the head."""
    with session.replica() as replica:
        command = made(DecideDestruction, entry_id=number, approve=1)
        give(session, replica, command, say("cli.archive.approve.done"), as_json=as_json)


@archive_group.command(name="keep", cls=LocalCommand, says="archive.keep")
@argument("number", says="archive_number", type=NUMBER)
@as_json
@click.pass_obj
def keep_command(session: Session, number: int, as_json: bool) -> None:  # noqa: FBT001
    """Send an act of destruction back, as the head: the record is kept."""
    with session.replica() as replica:
        command = made(DecideDestruction, entry_id=number, approve=0)
        give(session, replica, command, say("cli.archive.keep.done"), as_json=as_json)

"""What the pages put on paper (2.4, 5.2): each file leaves the journal, so it needs a proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from eschool_core.commands.issuing import REGISTER
from eschool_core.domain.school import School
from eschool_core.errors import InputError
from eschool_core.forms.document import Document, Slip, drawn_up
from eschool_core.forms.inspection_papers import note_sheet, order_deed
from eschool_core.forms.journal_sheets import sheets_of_journals
from eschool_core.forms.weekly_slips import weekly_slips
from eschool_core.forms.wishes import Wish, of_table, of_week
from eschool_core.labels import text
from eschool_core.queries.diary import diary
from eschool_core.queries.in_force import term_on
from eschool_core.queries.inspections import inspection
from eschool_core.queries.me import me
from eschool_core.queries.paper import PaperEntry, PaperWeek, paper_week
from eschool_core.reports.audience import audience_of
from eschool_core.reports.catalogue import make_report, report
from eschool_core.reports.contingent import classes_of
from eschool_core.reports.frame import Asked as Wanted
from eschool_core.reports.period import Period, period_at, running_period, term_period, year_period
from eschool_core.reports.table import Table
from eschool_core.store.store import Store
from eschool_web import wording
from eschool_web.asking import Asked, Paper
from eschool_web.proof import require
from eschool_web.views.diary import let_read
from eschool_web.views.led_class import led, log_cards_of
from eschool_web.views.period import place_of
from eschool_web.views.reports import asked_table
from eschool_web.views.watching import watcher

YEAR: Final = "year"


def report_paper(asked: Asked) -> Paper:
    """Return one report on paper, of what its page shows.

    Raises:
        RefusedRequest: ``web.proof``: the passphrase was not entered again.
        InputError, RightsError: As of the page.
    """
    require(asked)
    spec, table = asked_table(asked)
    moment = moment_of(asked)
    made = of_tables(asked, table.title, [table], moment)
    if spec.name != REGISTER:
        return Paper(f"{spec.name}.pdf", made)
    class_id = asked.number("class") or asked.read(
        lambda store: audience_of(store, asked.source.person_id, asked.today()).only_class
    )
    return Paper("register.pdf", made, (of_table(table, spec.name, class_id),), moment)


def journal_paper(asked: Asked) -> Paper:
    """Return the pages of a journal: of the term that holds a day, or of each term of the year.

    Raises:
        RefusedRequest: ``web.proof``.
        InputError: ``lookup.journal_not_here``; ``print.nothing``: it had no lessons yet.
    """
    require(asked)
    today, language = asked.today(), asked.language
    day, of_year = asked.number("day", today), asked.query.get("of") == YEAR

    def question(store: Store) -> list[Table]:
        place = place_of(store, asked.path["journal"], today)
        period = year_period(store, day, language) if of_year else _term(store, asked, day)
        [(_, sheets)] = sheets_of_journals(store, [place], period, language)
        return list(sheets)

    tables = asked.read(question)
    if not tables:
        raise InputError("print.nothing")
    title = text("form.journal_grid", language)
    return Paper("journal.pdf", of_tables(asked, title, tables))


def registers_paper(asked: Asked) -> Paper:
    """Return summary registers of progress with the sheet for sewing: of all classes, or of one.

    Of the term that ended last, or of the year that is running.

    Raises:
        RefusedRequest: ``web.proof``.
        RightsError: Of all classes they are not for this person.
        InputError: ``print.nothing``: there is no class.
    """
    require(asked)
    class_id, today, now = asked.number("class"), asked.today(), asked.source.now()
    spec, viewer = report(REGISTER, "report"), asked.source.person_id
    period_of = year_period if asked.query.get("of") == YEAR else period_at

    def question(store: Store) -> list[Wish]:
        period = period_of(store, today, asked.language)
        wanted = Wanted(period, today, now, language=asked.language)
        classes = [class_id] if class_id else [one.id for one in classes_of(store, period.year_id)]
        return [
            of_table(
                make_report(store, spec, replace(wanted, class_id=one), viewer), spec.name, one
            )
            for one in classes
        ]

    wishes = asked.read(question)
    if not wishes:
        raise InputError("print.nothing")
    tables = [table for wish in wishes for table in wish.paper.tables]
    moment = moment_of(asked)
    made = replace(of_tables(asked, tables[0].title, tables, moment), bound=True)
    return Paper("registers.pdf", made, tuple(wishes), moment)


def weekly_paper(asked: Asked) -> Paper:
    """Return the weekly lists of a class for guardians who want paper (4.6.5).

    Raises:
        RefusedRequest: ``web.proof``.
        InputError: ``web.not_found``: the person does not lead the class;
            ``print.no_applications``.
    """
    require(asked)
    school_class = led(asked)
    log_cards_of(asked, school_class.id)
    day, moment = asked.number("day", asked.today()), moment_of(asked)
    week = asked.read(
        lambda store: paper_week(store, school_class.id, school_class.name, day, moment)
    )
    slips = weekly_slips(week, asked.language)
    if not slips:
        raise InputError("print.no_applications")
    wishes = of_week(week, slips, school_class.id)
    return Paper("weekly.pdf", of_slips(asked, slips, moment), tuple(wishes), moment)


def diary_paper(asked: Asked) -> Paper:
    """Return a pupil's own week, as a guardian on paper would get it; of oneself or a ward alone.

    Raises:
        InputError: ``web.not_found``: the diary is not this person's to read.
    """
    pupil_id, today, person_id = asked.path["pupil"], asked.today(), asked.source.person_id
    day, moment = asked.number("day", today), moment_of(asked)

    def question(store: Store) -> PaperWeek:
        let_read(store, person_id, pupil_id, today)
        reader = me(store, person_id, today)
        week = diary(store, pupil_id, day, asked.source.now())
        entry = PaperEntry(0, reader.name or "–", week.pupil, "", None, None, "", week, ())
        return PaperWeek(week.school_class, week.first_day, week.last_day, None, (entry,),
                         partial=week.partial)  # fmt: skip

    slips = weekly_slips(asked.read(question), asked.language)
    return Paper("week.pdf", of_slips(asked, slips, moment))


def inspection_paper(asked: Asked) -> Paper:
    """Return the note on a check, or the order that brings it to people (5.1).

    Raises:
        RefusedRequest: ``web.proof``.
        InputError: ``web.not_found``; ``form.no_note``, ``form.no_order``: not registered yet.
    """
    require(asked)
    watcher(asked)
    language = asked.language

    def note(store: Store) -> Table:
        found = inspection(store, asked.path["inspection"])
        row = store.first(School)
        return note_sheet(
            found,
            "" if row is None else row.name,
            lambda item: item.text or wording.sentence(item.check, item.params, language),
            language,
        )

    def order(store: Store) -> Document:
        found, row = inspection(store, asked.path["inspection"]), store.first(School)
        deed = order_deed(found, "" if row is None else row.name, language)
        today, moment = asked.today(), moment_of(asked)
        return drawn_up(store, deed.title, today, moment, deeds=[deed], language=language)

    if asked.query.get("of") == "order":
        return Paper("inspection_order.pdf", asked.read(order))
    table = asked.read(note)
    return Paper(f"{table.name}.pdf", of_tables(asked, table.title, [table]))


def of_tables(asked: Asked, title: str, tables: Sequence[Table], moment: int = 0) -> Document:
    """Return sheets as a document that says as of when its data are."""
    today, at, language = asked.today(), moment or moment_of(asked), asked.language
    return asked.read(
        lambda store: drawn_up(store, title, today, at, tables=tables, language=language)
    )


def of_slips(asked: Asked, slips: Sequence[Slip], moment: int = 0) -> Document:
    """Return slips as a document that says as of when its data are."""
    today, at, language = asked.today(), moment or moment_of(asked), asked.language
    title = slips[0].title
    return asked.read(
        lambda store: drawn_up(store, title, today, at, slips=slips, language=language)
    )


def moment_of(asked: Asked) -> int:
    """Return the moment of the data: of the last exchange, or now at the server."""
    return asked.source.standing().last_sync or asked.source.now()


def _term(store: Store, asked: Asked, day: int) -> Period:
    """Return the term that holds a day for a journal's grade; else the time up to the day."""
    place = place_of(store, asked.path["journal"], asked.today())
    term = term_on(store, day, place.grade)
    return running_period(store, day) if term is None else term_period(store, term, asked.language)

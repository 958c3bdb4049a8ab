"""A pupil's results and absences, how a mark came about, and its proof (2.2, 2.9, 2.10)."""

from __future__ import annotations

from typing import Final

from eschool_core import calendar
from eschool_core.domain.journal import Attendance, JournalLine, Lesson, Mark
from eschool_core.domain.people import Pupil
from eschool_core.domain.row import Cell
from eschool_core.domain.school import Term
from eschool_core.errors import InputError
from eschool_core.queries.absences import pupil_absences
from eschool_core.queries.beside_marks import family_debts, owed_works
from eschool_core.queries.cell_history import attendance_history, line_of, mark_history
from eschool_core.queries.in_force import local, year_on, zone_of
from eschool_core.queries.me import me
from eschool_core.queries.names import full_name
from eschool_core.queries.term_results import pupil_results
from eschool_core.store.store import Store
from eschool_web.asking import Asked, File, Page, Reply
from eschool_web.refusals import NOT_FOUND
from eschool_web.views.diary import let_read
from eschool_web.views.period import place_of

MARKS: Final = "mark"
ABSENCES: Final = "absence"
CELLS: Final[dict[str, type[Mark | Attendance]]] = {MARKS: Mark, ABSENCES: Attendance}
ROOT_DIGITS: Final = 16


def results_page(asked: Asked) -> Page:
    """Return results and debts that are released, absences, and works that stand out.

    Raises:
        InputError: ``web.not_found``: they are not this person's to read.
    """
    pupil_id, today = _allowed(asked)

    def question(store: Store) -> dict[str, object]:
        first, last = _running_term(store, today)
        return {
            "results": pupil_results(store, pupil_id, today, released_only=True),
            "absences": pupil_absences(store, pupil_id, first, min(last, today)),
            "owed": [entry for entry in owed_works(store) if entry.pupil_id == pupil_id],
            "debts": family_debts(store, pupil_id),
        }

    return Page("results.html", {**_about(asked, pupil_id), **asked.read(question)})


def mark_page(asked: Asked) -> Page:
    """Return how marks and attendance of a lesson came about: every value, author, time (2.2).

    Raises:
        InputError: ``web.not_found``: no such lesson of the pupil, or not for this person.
    """
    pupil_id, today = _allowed(asked)

    def question(store: Store) -> dict[str, object]:
        lesson, line = _cell_place(store, asked.path["lesson"], pupil_id)
        place = place_of(store, lesson.journal_id, today)
        return {
            "lesson_id": lesson.id,
            "day": calendar.date_of(lesson.day),
            "period": lesson.period,
            "subject": place.subject,
            "histories": [
                *mark_history(store, lesson.id, line, asked.language),
                *attendance_history(store, lesson.id, line, asked.language),
            ],
        }

    return Page("mark.html", {**_about(asked, pupil_id), **asked.read(question)})


def proof_page(asked: Asked) -> Reply:
    """Return that a cell is in the school's history, checked here, or the proof as a file.

    Raises:
        InputError: ``web.not_found``, ``proof.none``.
        DamageError: What came proves nothing.
    """
    pupil_id, today = _allowed(asked)
    wanted, position = asked.query.get("of", MARKS), asked.number("place")
    if wanted not in CELLS:
        raise InputError(NOT_FOUND)

    def question(store: Store) -> tuple[Lesson, Cell]:
        lesson, line = _cell_place(store, asked.path["lesson"], pupil_id)
        found = store.select(CELLS[wanted], lesson_id=lesson.id, part=line.part)
        cells = [one for one in found if getattr(one, "position", 0) == position]
        if not cells:
            raise InputError(NOT_FOUND)
        return lesson, cells[0]

    lesson, cell = asked.read(question)
    proof, key = asked.source.proof_of(cell.number, cell.id), asked.source.school_key()
    entry, head = proof.check(key)
    if asked.query.get("file") == "1":
        name = f"eschool-proof-{entry.seq}.json"
        return File(name, "application/json; charset=utf-8", proof.to_json().encode())
    zone = asked.read(zone_of)
    return Page(
        "proof.html",
        {
            **_about(asked, pupil_id),
            "lesson_id": lesson.id,
            "subject": asked.read(lambda store: place_of(store, lesson.journal_id, today)).subject,
            "day": calendar.date_of(lesson.day),
            "of": wanted,
            "place": position,
            "value": cell.value if isinstance(cell, Mark) else 0,
            "seq": entry.seq,
            "size": head.size,
            "received": local(entry.received, zone),
            "signed": local(head.time, zone),
            "root": head.root.hex()[:ROOT_DIGITS],
            "key": key.hex(),
        },
    )


def _allowed(asked: Asked) -> tuple[int, int]:
    """Return the pupil and today.

    Raises:
        InputError: ``web.not_found``: not this person's to read.
    """
    pupil_id, today = asked.path["pupil"], asked.today()
    asked.read(lambda store: let_read(store, asked.source.person_id, pupil_id, today))
    return pupil_id, today


def _about(asked: Asked, pupil_id: int) -> dict[str, object]:
    """Return what every page of a pupil says at its head."""
    today, person_id = asked.today(), asked.source.person_id

    def question(store: Store) -> dict[str, object]:
        pupil = store.get(Pupil, pupil_id)
        wards = me(store, person_id, today).wards
        return {
            "pupil_id": pupil_id,
            "pupil": "" if pupil is None else full_name(pupil.family, pupil.given),
            "wards": wards,
            "is_family": pupil_id in {ward.pupil_id for ward in wards},
        }

    return asked.read(question)


def _cell_place(store: Store, lesson_id: int, pupil_id: int) -> tuple[Lesson, JournalLine]:
    lesson = store.get(Lesson, lesson_id)
    line = None if lesson is None else line_of(store, lesson.journal_id, pupil_id)
    if lesson is None or line is None:
        raise InputError(NOT_FOUND)
    return lesson, line


def _running_term(store: Store, day: int) -> tuple[int, int]:
    """Return the term of a day, the last one before it, or nothing but the day."""
    year = year_on(store, day)
    terms = [] if year is None else store.select(Term, year_id=year.id)
    begun = sorted((term.first_day, term.last_day) for term in terms if term.first_day <= day)
    return begun[-1] if begun else (day, day)

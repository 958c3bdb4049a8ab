"""Taking over what a school has in files (4.4.2, 4.7.4): read, shown, and only then written.

A file comes in the body of the request and is never written to disk. The preview builds the very
commands that the import would give, so whatever would refuse the file refuses the preview.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from eschool_core import calendar
from eschool_core.domain.enums import Role
from eschool_core.domain.imports import ImportSource
from eschool_core.errors import InputError
from eschool_core.imports.builder import CommandBatch
from eschool_core.imports.builder_plan import build_plan
from eschool_core.imports.builder_roster import build_roster
from eschool_core.imports.builder_staff import build_teachers, teacher_name
from eschool_core.imports.builder_timetable import DEFAULT_ORDER, build_timetable
from eschool_core.imports.class_list import read_class_list
from eschool_core.imports.drafts import RosterDraft, StaffDraft
from eschool_core.imports.joining import JoinedSchool, check_hiring, year_of
from eschool_core.imports.oneroster import read_oneroster
from eschool_core.imports.plan import read_plan
from eschool_core.imports.source import kind_of
from eschool_core.imports.summary import not_taken_summary, timetable_summary
from eschool_core.imports.timetable import read_any_timetable
from eschool_core.labels import text
from eschool_core.queries.imports import imports
from eschool_core.queries.lookup import journals
from eschool_core.queries.me import me
from eschool_core.store.store import Store
from eschool_web.asking import Asked, Data, Page
from eschool_web.proof import NEEDED
from eschool_web.refusals import NOT_FOUND, RefusedRequest
from eschool_web.source import Batching
from eschool_web.views import officer as offices
from eschool_web.views.saying import plain_refusal
from eschool_web.wording import DASH

MALFORMED: Final = "web.refused.body"
IMPORTERS: Final = (Role.SYSTEM_OFFICER, Role.HEAD, Role.DEPUTY_STUDIES)
MAX_SHOWN: Final = 50
MAX_LISTED: Final = 50
ARCHIVE: Final = "zip"
ONEROSTER: Final = b"manifest.csv"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to take over.

    Attributes:
        content: Of the file.
        order: Number and date of the order on which pupils are admitted, staff hired.
        class_name: For a list that names no class.
        journal_id: Of a calendar plan.
    """

    content: bytes
    order: str
    class_name: str
    journal_id: int


Importer = Callable[[CommandBatch, Store, Asked, Wanted], dict[str, Any]]


def import_page(asked: Asked) -> Page:
    """Return the form.

    Raises:
        InputError: ``web.not_found``: it is not for this person.
    """
    today = asked.today()
    person = asked.read(lambda store: me(store, asked.source.person_id, today))
    if not set(IMPORTERS) & set(person.roles):
        raise InputError(NOT_FOUND)
    is_officer = Role.SYSTEM_OFFICER in person.roles
    whose = 0 if is_officer else asked.source.person_id
    sections = offices.SECTIONS if is_officer else ()
    return Page(
        "import.html",
        {
            "sections": [
                {"to": to, "key": key, "here": to == "/officer/import", "count": 0}
                for to, key in sections
            ],
            "kinds": tuple(IMPORTS),
            "places": asked.read(lambda store: journals(store, today)),
            "own": asked.source.person_id,
            "possible": isinstance(asked.source, Batching),
            "imports": asked.read(lambda store: imports(store, whose))[:MAX_LISTED],
        },
    )


def run(asked: Asked) -> Data:
    """Read a file and show what would come of it; with ``write`` also give the commands.

    Raises:
        RefusedRequest: What came is no request of the form.
        InputError, RegulationError: The file, or a command of it, is refused; nothing is kept.
    """
    source = asked.source
    importer = IMPORTS.get(str(asked.body.get("kind")))
    if importer is None or not isinstance(source, Batching):
        raise RefusedRequest(400, MALFORMED)
    wanted = _wanted(asked)
    writing = asked.body.get("write") is True
    if writing and not asked.proven:
        return Data({"refused": plain_refusal(NEEDED, asked.language)})
    batch = source.batch()
    kind = ImportSource[str(asked.body["kind"]).upper()]
    batch.begin_import(kind, wanted.journal_id if kind is ImportSource.PLAN else 0)
    told = asked.read(lambda store: importer(batch, store, asked, wanted))
    today = asked.today()
    asked.read(lambda store: check_hiring(store, batch, source.person_id, today))
    if writing:
        source.give_batch(batch)
    figures = [
        (text(f"cli.import.{name}", asked.language), value)
        for name, value in told.items()
        if isinstance(value, int)
    ]
    return Data(
        {
            "refused": None,
            "written": writing,
            "commands": len(batch.commands),
            "figures": figures,
            "not_taken": told["not_taken"][:MAX_SHOWN],
            "left_out": len(told["not_taken"]),
        }
    )


def _wanted(asked: Asked) -> Wanted:
    given, journal = asked.body.get("content"), asked.body.get("journal", 0)
    order, class_name = asked.body.get("order", ""), asked.body.get("class_name", "")
    words = (given, order, class_name)
    if not all(isinstance(word, str) for word in words) or not isinstance(journal, int):
        raise RefusedRequest(400, MALFORMED)
    try:
        content = b64decode(str(given), validate=True)
    except (NotBase64, ValueError):
        raise RefusedRequest(400, MALFORMED) from None
    return Wanted(content, str(order).strip(), str(class_name).strip(), journal)


def _timetable(batch: CommandBatch, store: Store, asked: Asked, wanted: Wanted) -> dict[str, Any]:
    draft = read_any_timetable(wanted.content)
    school = _school(store, asked)
    result = build_timetable(
        batch,
        draft,
        year=school.year,
        bells=school.bells,
        existing=school.existing,
        from_day=school.from_day,
        order=wanted.order or DEFAULT_ORDER,
    )
    return {
        **timetable_summary(draft, asked.language),
        "imported": result.imported,
        "waiting": len(result.waiting),
        "not_taken": not_taken_summary(result.not_taken, asked.language),
    }


def _roster(batch: CommandBatch, store: Store, asked: Asked, wanted: Wanted) -> dict[str, Any]:
    draft = _read_roster(wanted)
    if not wanted.order and asked.body.get("write") is True:
        raise InputError("cli.import.no_order")
    school = _school(store, asked)
    result = build_roster(
        batch,
        draft,
        year=school.year,
        bells=school.bells,
        order=wanted.order or DASH,
        existing=school.existing,
        first_day=school.from_day,
        gives_loads=school.gives_loads,
    )
    guardians = {guardian.key for pupil in draft.pupils for guardian in pupil.guardians}
    return {
        "classes": len(draft.classes),
        "staff": len(draft.staff),
        "pupils": len(draft.pupils),
        "guardians": len(guardians),
        "joined": result.joined,
        "not_taken": not_taken_summary(result.not_taken, asked.language),
    }


def _staff(batch: CommandBatch, store: Store, asked: Asked, wanted: Wanted) -> dict[str, Any]:
    if kind_of(wanted.content) == ARCHIVE:
        staff = read_oneroster(wanted.content).staff
    else:
        names = read_any_timetable(wanted.content).teachers
        staff = tuple(StaffDraft(name, teacher_name(name)) for name in names)
    hired = build_teachers(batch, store, staff, asked.today(), wanted.order)
    return {"teachers": len(staff), "hired": hired, "not_taken": []}


def _plan(batch: CommandBatch, store: Store, asked: Asked, wanted: Wanted) -> dict[str, Any]:
    today = asked.today()
    begins = calendar.date_of(year_of(store, today).first_day)
    draft = read_plan(wanted.content, None, begins.year)
    if wanted.journal_id not in {place.journal_id for place in journals(store, today)}:
        raise InputError("lookup.journal_not_here")
    build_plan(batch, draft, wanted.journal_id)
    return {
        "items": len(draft.items),
        "hours": sum(item.hours for item in draft.items),
        "with_homework": sum(bool(item.homework) for item in draft.items),
        "not_taken": not_taken_summary(draft.not_taken, asked.language),
    }


def _read_roster(wanted: Wanted) -> RosterDraft:
    """Return the roster of a file: a OneRoster set is a zip with a manifest, a workbook is not."""
    if kind_of(wanted.content) == ARCHIVE and ONEROSTER in wanted.content:
        return read_oneroster(wanted.content)
    return read_class_list(wanted.content, wanted.class_name or None)


def _school(store: Store, asked: Asked) -> JoinedSchool:
    return JoinedSchool(store, asked.source.person_id, asked.today())


IMPORTS: Final[dict[str, Importer]] = {
    "timetable": _timetable,
    "roster": _roster,
    "staff": _staff,
    "plan": _plan,
}

"""1.4: every surface that shows a pupil's personal data logs the reading first.

What only a card holds is marked in the small school: the guardians' given name, their telephone.
Whatever command writes one of them, to the terminal or into a file, has to leave an entry in the
log of reads. A command that is not on the list below fails the test, so that whoever adds one
says what it shows; the pages are all walked in ``tests/clients/web/test_reading_pages.py``.
"""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from eschool_core.commands.messages import OpenThread
from eschool_core.commands.paper import FilePaperApplication
from eschool_core.commands.privacy import RecordConsent
from eschool_core.domain.informing import Thread
from eschool_core.domain.privacy import PersonalRead
from tests.clients.conftest import Terminal
from tests.clients.fakes import World
from tests.clients.test_help import commands
from tests.core.forms.pages import text_of
from tests.core.reports.results import set_terms
from tests.school import FIRST_DAY, MONDAY

pytestmark = pytest.mark.clause("1.4")

CANARIES = ("Мария", "+7 384 000")
FILE, THREAD, PUPIL = "{file}", "{thread}", "{pupil}"

LOGGED: tuple[tuple[str, ...], ...] = (
    ("check", "cards", "5А"),
    ("consent", "list", "Абр 5А"),
    ("correct", "Абр 5А", "--sex", "male"),
    ("export", "person", PUPIL, FILE),
    ("guardians", "list", "Абр 5А"),
    ("messages",),
    ("messages", "read", THREAD),
    ("paper", "list", "5А"),
    ("people",),
    ("people", "--class", "5А"),
    ("people", "Абрамов Мария", "--role", "guardians"),
    ("print", "bundle", FILE, "--term", "1"),
    ("print", "report", "particulars", FILE, "--class", "5А"),
    ("print", "weekly", "5А", FILE),
    ("report", "bundle", "--folder", FILE, "--term", "1"),
    ("report", "particulars", "--class", "5А"),
    ("slips", "batch", "5А"),
)
"""Reads of personal data, each of which leaves its entry."""

SILENT: tuple[tuple[str, ...], ...] = (
    ("acts", "legal"),
    ("acts", "local"),
    ("archive", "gaps"),
    ("archive", "list"),
    ("average", "5А", "мат", "Абр"),
    ("check", "attendance", "5А"),
    ("check", "school"),
    ("concerns",),
    ("control", "density"),
    ("correction", "list"),
    ("debt", "list"),
    ("describe",),
    ("diary", "Абр 5А"),
    ("duties", "--all"),
    ("export", "calendar", FILE),
    ("export", "oneroster", FILE),
    ("external", "list"),
    ("findings",),
    ("forecast", "show", "5А"),
    ("history", "5А", "мат"),
    ("import", "list"),
    ("inspection", "list"),
    ("inspection", "mine"),
    ("journal", "5А", "мат"),
    ("notices",),
    ("owed", "list"),
    ("plan", "5А", "мат"),
    ("planning", "list"),
    ("print", "journal", "5А", FILE, "--from", "01.09.2026"),
    ("pupil", "requests"),
    ("reads",),
    ("rejected", "list"),
    ("split", "show", "5А", "англ"),
    ("term", "list"),
    ("timetable", "drafts"),
    ("today",),
)
"""Reads whose answer holds no mark of a card, however it is asked for."""

OF_OWN_WORK = frozenset(
    """
    account channels, api, archive former, archive open, archive verify, doctor, explain,
    files list, files save,
    feeds open, inspection show, policy show, print archive-act, print hand-over,
    print inspection, print log, print registers, proof, regulation, rights, signatures, status,
    support show, sync, term check, term unseen, timetable show, verify, web
    """.replace("\n", " ")
    .strip()
    .split(", ")
)
"""Reads that name nobody's family by what they are asked for: rules, state, files of others.

``print registers``, ``term check`` and ``term unseen`` need a school with term marks; they list
pupils by name and subject. ``print hand-over`` needs a class that has passed; that it is logged
stands in ``test_print``.
"""

WRITING = frozenset(
    """
    absent, account acknowledge, account channel, acts register, acts revoke, appoint,
    archive approve, archive forget, archive keep, archive pack, archive propose, archive record,
    archive register, archive seal, archive waive, block, breach, check control, check section,
    consent record, consent withdraw, correction approve, correction decline, correction propose,
    debt council, debt retake, devices revoke, dismiss, enrol, exam, excuse, external accept,
    files add, files remove,
    external add, external decline, feeds revoke, final-mark, forecast backtest, grant,
    guardians ask, guardians close, guardians consent, hand-over, held apply, held decline, hire,
    homework, import marks, import plan, import roster, import staff, import timetable,
    import undo, inspection add, inspection draft, inspection drop, inspection note,
    inspection order, inspection release, inspection remedy, inspection sign, link, mark,
    messages reply, messages write, move-mark, open-year, outage, owed give, owed settle,
    paper file, paper record, paper revoke, passphrase, planning approve, planning copy,
    policy propose, pupil came, pupil confirm, pupil curriculum, pupil family, pupil file,
    pupil health,
    pupil leaves, pupil move, pupil readmit, pupil reject, pupil request, pupil went,
    pupil withdraw, pupil work,
    rejected dismiss, rejected fix, rejected resend, settle, sign, slip, slips handed,
    split agree, split approve, split change, split place, substitute, support bundle,
    support set, term assess, term close, term defer, term due, term release, term reopen,
    term scheme, term seen, term-mark, timetable draft, timetable lessons, timetable publish,
    topic, waive
    """.replace("\n", " ")
    .strip()
    .split(", ")
)
"""Commands that write and answer whether it was done."""


def stages(args: tuple[str, ...]) -> str:
    """Return the command of an example without what it is given."""
    known = {" ".join(path) for path, _ in commands()}
    return " ".join(args[:2]) if " ".join(args[:2]) in known else args[0]


def test_every_command_is_on_the_list() -> None:
    groups = {" ".join(path[:-1]) for path, _ in commands()}
    leaves = {
        " ".join(path)
        for path, command in commands()
        if path[0] not in ("server", "demo") and not isinstance(command, click.Group)
    }
    listed = {stages(args).strip() for args in (*LOGGED, *SILENT)} | OF_OWN_WORK | WRITING
    spaced = {" ".join(entry.split()) for entry in listed}
    assert leaves - spaced == set(), "say whether they show personal data"
    assert spaced - leaves - groups == set(), "no such command"


@pytest.fixture
def full(world: World) -> World:
    """The small school with terms, a consent, a list on paper and a conversation."""
    school = world.school
    set_terms(school)
    pupil = school.pupils["5А"][0]
    mother = school.guardian(pupil)
    school.must(
        RecordConsent(pupil_id=pupil, given_by_id=mother, first_day=MONDAY, document="С-7"),
        "russian",
    )
    school.must(
        FilePaperApplication(
            pupil_id=pupil, guardian_id=mother, document="З-1", first_day=FIRST_DAY
        ),
        "russian",
    )
    # Whose guardian is informed on paper gets no message.
    other = school.pupils["5А"][1]
    school.must(
        OpenThread(title="Пропуски", text="Здравствуйте", pupil_id=other, to_guardians=1),
        "russian",
    )
    return world


def shown(world: World, terminal: Terminal, folder: Path, args: tuple[str, ...], who: str) -> str:
    """Return what a command writes, to the terminal and into files."""
    [thread] = world.school.all(Thread)
    folder.mkdir()
    pupil = str(world.school.pupils["5А"][0])
    told = {FILE: str(folder / "made"), THREAD: str(thread.id), PUPIL: pupil}
    result = terminal.run(*(told.get(one, one) for one in args), who=who)
    assert result.exit_code == 0, result.output
    files = [one for one in folder.rglob("*") if one.is_file()]
    return result.output + "".join(_text(one.read_bytes()) for one in files)


def _text(data: bytes) -> str:
    return text_of(data) if data.startswith(b"%PDF") else data.decode("utf-8", "replace")


def reader_of(args: tuple[str, ...]) -> str:
    """Return who may ask: the class teacher, or where the whole school is shown the deputy."""
    if args[0] == "slips":
        return "officer"
    return "deputy" if "bundle" in args or args[0] == "people" else "russian"


@pytest.mark.parametrize("args", LOGGED, ids=" ".join)
def test_a_reading_of_personal_data_is_logged(
    full: World, terminal: Terminal, tmp_path: Path, args: tuple[str, ...]
) -> None:
    shown(full, terminal, tmp_path / "out", args, reader_of(args))
    assert full.school.all(PersonalRead), "shown without an entry in the log"


@pytest.mark.parametrize("args", SILENT, ids=" ".join)
def test_what_is_read_without_a_log_shows_no_personal_data(
    full: World, terminal: Terminal, tmp_path: Path, args: tuple[str, ...]
) -> None:
    who = "maths" if args[0] in {"average", "forecast"} else "russian"
    written = shown(full, terminal, tmp_path / "out", args, who)
    assert full.school.all(PersonalRead) == []
    assert [one for one in CANARIES if one in written] == []

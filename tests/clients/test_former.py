"""What is kept of people who have left, by command line (5.3, 152-ФЗ)."""

from __future__ import annotations

import pytest

from eschool_core import calendar
from eschool_core.commands.people import WithdrawPupil
from eschool_core.domain.archive import ArchiveEntry
from eschool_core.domain.journal import JournalLine
from eschool_core.domain.result_enums import ArchiveKind, ArchiveState
from tests.clients.conftest import Terminal
from tests.clients.fakes import World
from tests.school import LAST_DAY, MONDAY, clock


@pytest.mark.clause("5.3/1")
def test_from_the_list_to_the_act(world: World, terminal: Terminal) -> None:
    school = world.school
    pupil = school.pupils["5А"][0]
    assert "нечего" in terminal.shown("archive", "former", who="deputy")
    school.must(WithdrawPupil(pupil_id=pupil, last_day=MONDAY, order="№ 81"), "officer")
    for line in school.store.select(JournalLine, pupil_id=pupil):
        school.store.delete(line)
    school.now = clock(LAST_DAY, 9)
    listed = terminal.shown("archive", "former", who="deputy", width=160)
    assert "Абрамов Саша" in listed
    assert "31.12.2032" in listed
    assert "нечего" in terminal.shown("archive", "former", "--due", who="deputy")
    early = terminal.run("archive", "forget", "pupil", str(pupil), "--act", "2-а", who="deputy")
    assert (early.exit_code, "(п. 5.3)" in early.stderr) == (3, True)
    early = terminal.run("archive", "forget", "access", str(pupil), "--act", "2-а", who="deputy")
    assert early.exit_code == 4
    school.now = clock(calendar.day_number(calendar.date_of(LAST_DAY).replace(year=2033)), 9)
    due = terminal.json("archive", "former", "--due", who="deputy")
    assert {(one["person_id"], one["what"]) for one in due} >= {(pupil, "pupil"), (pupil, "access")}
    terminal.shown("archive", "forget", "pupil", str(pupil), "--act", "2-а", who="deputy")
    entry = school.one(ArchiveEntry)
    assert (entry.kind, entry.state) == (ArchiveKind.PUPIL, ArchiveState.DESTRUCTION_PROPOSED)
    assert "2-а" in terminal.shown("archive", "list", who="deputy")
    assert "есть акт" in terminal.shown("archive", "former", who="deputy", width=160)

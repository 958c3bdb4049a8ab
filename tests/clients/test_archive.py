"""The year's end and the archive by command line (4.4.5/1, 5.3)."""

from __future__ import annotations

from pathlib import Path

import pytest

from eschool_core.domain.archive import ArchiveEntry
from eschool_core.domain.issuing import IssuedDocument
from eschool_core.domain.result_enums import ArchiveState
from eschool_core.domain.school import AcademicYear
from eschool_core.queries.issued import paper_number
from eschool_core.results.year_gaps import year_gaps
from tests.clients.conftest import Terminal
from tests.clients.fakes import World
from tests.core.forms.pages import text_of
from tests.school import clock
from tests.terms import YEAR_OVER, close, fill, fill_year, set_terms


@pytest.fixture(autouse=True)
def year(world: World) -> None:
    """The year is closed for 5А, with gaps."""
    school = world.school
    set_terms(school.must, school.year)
    school.now = YEAR_OVER
    for ordinal in (1, 2, 3, 4):
        fill(school, ordinal=ordinal)
    fill_year(school, {})
    school.must(close(school, ordinal=0), "deputy")


@pytest.mark.clause("4.4.5/1")
@pytest.mark.clause("4.4.5/2")
@pytest.mark.clause("5.3/1")
@pytest.mark.clause("5.3/2")
def test_from_the_gaps_to_the_act_of_destruction(
    world: World, terminal: Terminal, tmp_path: Path
) -> None:
    school = world.school
    shown = terminal.shown("archive", "gaps", who="deputy")
    assert "КТП" in shown
    assert "Maths" in shown
    refused = terminal.run("archive", "register", "5А", who="deputy")
    assert (refused.exit_code, "(п. 4.4.5)" in refused.stderr) == (3, True)
    for gap in year_gaps(school.store, school.one(AcademicYear)):
        if school.classes["5А"] in gap.class_ids:
            section, number = gap.section.name.lower(), str(gap.object_id)
            terminal.shown(
                "archive", "waive", section, number, "--reason", "приказ 80", who="deputy"
            )
    assert "приказ 80" in terminal.shown("archive", "gaps", who="deputy")
    drawn_up = terminal.shown("archive", "register", "5А", who="deputy")
    assert "составлена" in drawn_up
    [paper] = school.store.select(IssuedDocument)
    assert f"№ {paper_number(paper.id)}" in drawn_up
    assert paper.form == "register"
    assert "сдан в архив" in terminal.shown("archive", "seal", "5А", "мат", who="deputy")
    listed = terminal.json("archive", "list", who="deputy")
    assert [(entry["kind"], entry["keep_until"]) for entry in listed] == [
        ("journal", "2032-12-31"),
        ("register", "2052-12-31"),
    ]
    journal, register = (str(entry["entry_id"]) for entry in listed)
    opened = terminal.shown("archive", "open", register, who="deputy")
    assert "Абрамов Саша" in opened
    assert "4 4 4 4" in opened
    act = tmp_path / "act.pdf"
    wish = ("print", "archive-act", str(act), "--act", "5", "--date", "31.05.2027")
    assert terminal.run(*wish, who="deputy").exit_code == 0
    said = text_of(act.read_bytes())
    for wanted in ("Акт № 5 от 31.05.2027", "сводная ведомость", "31.12.2052", "Всего: 2", "Сдал"):
        assert wanted in said
    early = terminal.run("archive", "propose", journal, "--act", "Акт 1", who="deputy")
    assert "(п. 5.3)" in early.stderr
    assert "нет" in terminal.shown("archive", "list", "--due", who="deputy")
    school.now = clock(school.one(ArchiveEntry, kind=1).keep_until + 1, 9)
    assert len(terminal.json("archive", "list", "--due", who="deputy")) == 1
    terminal.shown("archive", "propose", journal, "--act", "Акт 1", who="deputy")
    assert "Акт 1" in terminal.shown("archive", "list", who="deputy")
    terminal.world.people["head"] = school.staff["head"]
    refused = terminal.run("archive", "approve", journal, who="deputy")
    assert refused.exit_code == 3
    assert school.one(ArchiveEntry, kind=1).state == ArchiveState.DESTRUCTION_PROPOSED

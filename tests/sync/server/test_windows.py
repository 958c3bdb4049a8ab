"""A window shows a person's scope and nothing else, whatever is asked (rows 16, 25–31)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from eschool_core.commands.lessons import RecordMark
from eschool_core.domain.enums import WorkKind
from eschool_core.domain.journal import Mark
from eschool_core.domain.people import Guardianship, Pupil
from eschool_core.domain.tables import TABLES
from eschool_core.errors import BusyError
from eschool_core.store import statements
from eschool_sync.sandbox import Sandbox
from eschool_sync.sandbox.stage import Setting, build_stage
from eschool_sync.server.windows import MOST_KEPT, WITH_PARTS, Windows


@pytest.fixture(scope="module")
def school() -> Iterator[Sandbox]:
    with Sandbox(date(2026, 11, 24)) as made:
        yield made


@pytest.fixture
def windows(school: Sandbox) -> Iterator[Windows]:
    made = Windows(lambda: school.stage.directory.connection(school.stage.number))
    yield made
    made.close()


@pytest.mark.asvs("8.2.2")
@pytest.mark.asvs("15.3.1")
@pytest.mark.threat("T3")
@pytest.mark.parametrize("role", ["guardian", "teacher", "class_teacher", "deputy", "officer"])
def test_every_table_shows_exactly_the_rows_of_the_scope(
    school: Sandbox, windows: Windows, role: str
) -> None:
    server = school.stage.school
    scope = server.scope(school.person(role))
    own = set(scope.parts)
    with windows.showing(scope) as window:
        for spec in TABLES:
            wanted = {row.id for row in server.store.select(spec.table) if row.part in own}
            assert {row.id for row in window.store.select(spec.table)} == wanted
            [[counted]] = window.store.rows(statements.count_rows(statements.name_of(spec.table)))
            assert counted == len(wanted)


@pytest.mark.threat("T3")
def test_windows_on_postgresql_show_the_same(postgres_url: str, tmp_path: Path) -> None:
    setting = Setting(tmp_path, "small", 1, date(2026, 11, 24), None, postgres_url)
    stage = build_stage(setting, lambda key, done, total: None)
    windows = Windows(lambda: stage.directory.connection(stage.number))
    guardian = stage.school.store.select(Guardianship)[0]
    with closing(stage.directory), closing(windows):
        for person in (guardian.guardian_id, stage.deputy_id):
            scope = stage.school.scope(person)
            own = set(scope.parts)
            with windows.showing(scope) as window:
                for spec in TABLES:
                    wanted = {r.id for r in stage.school.store.select(spec.table) if r.part in own}
                    assert {r.id for r in window.store.select(spec.table)} == wanted
                assert window.store.rows("SELECT COUNT(*) FROM log") == [(0,)]
                assert window.store.rows("SELECT COUNT(*) FROM session") == [(0,)]
        with (
            pytest.raises(BusyError),
            windows.showing(stage.school.scope(stage.officer_id)) as window,
        ):
            window.store.database.execute("DELETE FROM pupil")


def test_a_guardian_finds_the_own_children_and_nobody_elses(
    school: Sandbox, windows: Windows
) -> None:
    scope = school.stage.school.scope(school.person("guardian"))
    with windows.showing(scope) as window:
        seen = {pupil.id for pupil in window.store.select(Pupil)}
    everybody = {pupil.id for pupil in school.stage.school.store.select(Pupil)}
    assert school.cast.child in seen
    assert seen < everybody
    assert len(seen) <= 3


def test_log_sessions_and_secrets_are_behind_a_curtain(school: Sandbox, windows: Windows) -> None:
    database = school.stage.school.database
    names = {
        str(name)
        for (name,) in database.fetch("SELECT name FROM sqlite_master WHERE type = 'table'")
    }
    hidden = sorted(names - WITH_PARTS)
    assert {"log", "account", "session", "push", "browser"} <= set(hidden)
    with windows.showing(school.stage.school.scope(school.person("deputy"))) as window:
        for name in hidden:
            assert window.store.rows(statements.count_rows(name)) == [(0,)]


def test_nothing_can_be_written_through_a_window(school: Sandbox, windows: Windows) -> None:
    scope = school.stage.school.scope(school.person("officer"))
    with windows.showing(scope) as window:
        pupil = window.store.select(Pupil)[0]
        with pytest.raises(TypeError):
            window.store.delete(pupil)
        for sql in (
            "DELETE FROM pupil",
            "DELETE FROM main.pupil",
            "UPDATE main.pupil SET family = 'x'",
            "INSERT INTO visible (part) VALUES (99)",
        ):
            with pytest.raises(Exception, match=r"view|readonly"):
                window.store.database.execute(sql)
    stands = school.stage.school.store.get(Pupil, pupil.id)
    assert stands is not None
    assert stands.values() == pupil.values()


def test_a_window_reads_one_moment_until_it_looks_again(school: Sandbox, windows: Windows) -> None:
    server, cast = school.stage.school, school.cast
    scope = server.scope(cast.guardian_id)
    pupil = cast.child
    with windows.showing(scope) as window:
        before = len(window.store.select(Mark))
        mark = RecordMark(lesson_id=cast.first.id, pupil_id=pupil, value=5, work_kind=WorkKind.ORAL)
        assert not server.act(mark, cast.teacher_id).key
        assert len(window.store.rows("SELECT id FROM mark")) == before
        window.look_again(server.scope(cast.guardian_id))
        assert len(window.store.select(Mark)) == before + 1


def test_a_window_serves_one_person_after_another(school: Sandbox, windows: Windows) -> None:
    server = school.stage.school
    seen: dict[str, list[int]] = {}
    for role in ("guardian", "deputy", "guardian"):
        with windows.showing(server.scope(school.person(role))) as window:
            seen.setdefault(role, []).append(len(window.store.select(Pupil)))
    assert seen["guardian"][0] == seen["guardian"][1] < seen["deputy"][0]


def test_a_question_that_fails_leaves_the_next_one_a_clean_window(
    school: Sandbox, windows: Windows
) -> None:
    scope = school.stage.school.scope(school.person("guardian"))
    for _ in range(MOST_KEPT + 2):
        with pytest.raises(RuntimeError), windows.showing(scope):
            raise RuntimeError("a view fails")
    with windows.showing(scope) as window:
        assert window.store.get(Pupil, school.cast.child) is not None

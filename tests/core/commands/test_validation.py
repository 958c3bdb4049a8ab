"""Whatever a command is made of: it is what it should be, or refused by the name of its field."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eschool_core.commands.base import Command
from eschool_core.commands.catalogue import SPECS, fields_of, make_command, validated
from eschool_core.commands.school import FoundSchool
from eschool_core.domain.journal import Homework, LessonWork, Mark, Topic
from eschool_core.domain.people import AbsenceExcuse
from eschool_core.domain.row import Row
from eschool_core.domain.school import CalendarDay, Staff, Subject
from eschool_core.errors import InputError
from tests.core.commands.samples import samples
from tests.school import SmallSchool, built_school, verdict

SAMPLES = samples(built_school())
KINDS = sorted(SAMPLES)
PLACES = [(kind, name) for kind in KINDS for name in type(SAMPLES[kind]).model_fields]

WRONG: tuple[Any, ...] = (
    None, True, False, -1, -(2**63), 2**53, 2**64, 1.5, math.nan, math.inf, "", " ", "5", "5.0",
    "\x00", "a\x00b", "\u202e", "\ud800", "я" * 201, "я" * 2_001, "я" * 70_000, b"bytes", [], [[]],
    [0], [None], {}, {"a": 1}, {"__class__": "x"}, "../../etc/passwd", "Europe",
)  # fmt: skip
# The first strings run everywhere; the long real list lies beside the project.
HOSTILE = (
    "'; DROP TABLE mark; --",
    '" OR 1=1 --',
    "1); DELETE FROM pupil WHERE (1=1",
    "%s %(name)s {0} {name} ${HOME} $(id) `id`",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "\u202eabc\u2066",
    "Ёё «ёлочки» № § – …",
    "👩‍👩‍👧‍👦 \U0001f468🏽",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢",
    "a\u0000b",
    "a\u0007b",
    "a\r\nb",
    "\ufeff",
)


def change(kind: str, name: str, value: Any) -> Command:
    """Return the sample of a kind with one value changed, as it comes from the wire."""
    values = fields_of(SAMPLES[kind])
    values[list(type(SAMPLES[kind]).model_fields).index(name)] = value
    return make_command(kind, type(SAMPLES[kind]).version, values)


def attempt(kind: str, name: str, value: Any) -> Command | InputError:
    """Return what ``change`` returns, or how it refuses."""
    try:
        return change(kind, name, value)
    except InputError as error:
        return error


def named(error: InputError) -> str:
    assert error.key == "command.invalid"
    assert set(error.params) == {"kind", "field"}
    return str(error.params["field"])


def test_there_is_a_sample_of_every_command() -> None:
    assert set(KINDS) == {spec.model.kind for spec in SPECS}


@pytest.mark.parametrize("kind", KINDS)
def test_a_command_comes_back_from_its_fields(kind: str) -> None:
    sample = SAMPLES[kind]
    assert make_command(kind, sample.version, fields_of(sample)) == sample


@pytest.mark.asvs("2.2.1")
@pytest.mark.parametrize(("kind", "name"), PLACES)
def test_a_wrong_value_is_refused_by_the_name_of_its_field(kind: str, name: str) -> None:
    field = type(SAMPLES[kind]).model_fields[name]
    for value in WRONG:
        made = attempt(kind, name, value)
        if isinstance(made, InputError):
            assert named(made).startswith(name) or named(made) == "*", (value, made)
            assert repr(value) not in str(made) or len(repr(value)) < 4
        else:
            # What passes is of the field's own type: text stays text, a number a number.
            kept = getattr(made, name)
            assert isinstance(kept, type(getattr(SAMPLES[kind], name))) or (
                not field.is_required() and isinstance(kept, type(value))
            ), (value, kept)


@pytest.mark.asvs("2.2.1")
@pytest.mark.parametrize(("kind", "name"), PLACES)
def test_a_number_is_never_read_from_a_text_or_a_truth(kind: str, name: str) -> None:
    if isinstance(getattr(SAMPLES[kind], name), int):
        for value in (True, "1", 1.0, "1.0", [1]):
            with pytest.raises(InputError) as caught:
                change(kind, name, value)
            assert named(caught.value).startswith(name)


@pytest.mark.asvs("15.3.3")
@pytest.mark.asvs("8.3.1")
@pytest.mark.parametrize("extra", ["actor_id", "role_claimed", "author_id", "server_time", "id"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_command_has_room_for_a_claim_of_who_and_when(kind: str, extra: str) -> None:
    values = SAMPLES[kind].model_dump(mode="json")
    with pytest.raises(InputError) as caught:
        validated(type(SAMPLES[kind]), {**values, extra: 1})
    assert named(caught.value) == extra


@pytest.mark.asvs("15.3.3")
def test_a_nested_entry_takes_no_unknown_field_either() -> None:
    values = SAMPLES["admit_pupil"].model_dump(mode="json")
    values["guardians"][0]["is_admin"] = True
    with pytest.raises(InputError) as caught:
        validated(type(SAMPLES["admit_pupil"]), values)
    assert named(caught.value) == "guardians.0.is_admin"


@pytest.mark.asvs("1.5.2")
@pytest.mark.parametrize(
    ("kind", "version", "values", "key"),
    [
        ("drop_school", 1, [], "command.unknown"),
        ("record_mark", 2, [], "command.unknown"),
        ("x" * 1_000, 1, [], "command.unknown"),
        ("take_roll", 1, [], "command.invalid"),
        ("take_roll", 1, [1, 2], "command.invalid"),
    ],
)
def test_only_declared_commands_are_made(
    kind: str, version: int, values: list[Any], key: str
) -> None:
    with pytest.raises(InputError) as caught:
        make_command(kind, version, values)
    assert caught.value.key == key
    assert len(str(caught.value)) < 200


deep = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=9),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=6,
)


@pytest.mark.asvs("2.2.1")
@pytest.mark.asvs("2.3.3")
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PLACES), deep)
def test_any_value_at_all_is_refused_or_carried_out_without_a_crash(
    place: tuple[str, str], value: Any
) -> None:
    kind, name = place
    try:
        command = change(kind, name, value)
    except InputError:
        return
    school = built_school()
    before = school.dump()
    if verdict(school.do(command)) != "accepted":
        assert school.dump() == before
    assert school.kept() == school.recomputed()


@pytest.mark.asvs("2.2.1")
@pytest.mark.parametrize("zone", ["Europe", "../../etc/passwd", "/etc/passwd", "я" * 200, "posix"])
def test_a_zone_is_one_of_the_worlds_and_never_a_file(zone: str) -> None:
    with pytest.raises(InputError) as caught:
        validated(FoundSchool, {"name": "Школа", "zone": zone})
    assert named(caught.value) == "zone"


def texts_of(kind: str) -> Iterator[str]:
    for name, value in SAMPLES[kind]:
        if isinstance(value, str):
            yield name


def lands(kind: str, name: str, text: str) -> None:
    """Let a text through as it is, without its outer blanks, or have its field named."""
    made = attempt(kind, name, text)
    if isinstance(made, InputError):
        assert named(made) == name
    else:
        assert getattr(made, name) == text.strip()


@pytest.mark.asvs("2.2.1")
@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_a_text_or_is_refused_by_its_field(text: str) -> None:
    for kind in KINDS:
        for name in texts_of(kind):
            lands(kind, name, text)


STORED: tuple[tuple[str, str, type[Row], str], ...] = (
    ("record_topic", "text", Topic, "text"),
    ("record_homework", "text", Homework, "text"),
    ("record_work", "topic", LessonWork, "topic"),
    ("record_mark", "comment", Mark, "comment"),
    ("excuse_absence", "document", AbsenceExcuse, "document"),
    ("hire_staff", "family", Staff, "family"),
    ("create_subject", "name", Subject, "name"),
    ("set_calendar", "act", CalendarDay, "act"),
)
ACTORS = {"excuse_absence": "russian", "hire_staff": "officer"}


def stored(school: SmallSchool, text: str) -> int:
    """Write a text wherever it is taken, read it back, and return how often it was."""
    taken = 0
    for kind, name, table, column in STORED:
        try:
            command = change(kind, name, text)
        except InputError:
            continue
        actor = ACTORS.get(kind, "maths" if kind.startswith("record_") else 0)
        school.must(command, actor)
        found = {getattr(row, column) for row in school.all(table)}
        assert text.strip() in found
        taken += 1
    return taken


@pytest.mark.asvs("1.2.4")
def test_a_hostile_text_is_stored_and_nothing_else_happens() -> None:
    school = built_school()
    before = school.dump()
    assert sum(stored(school, text) for text in HOSTILE) > len(HOSTILE)
    after = school.dump()
    for table in ("pupil", "enrolment", "guardianship", "appointment", "lesson", "journal"):
        assert after[table] == before[table]
    assert school.kept() == school.recomputed()


@pytest.fixture
def naughty(shared_data: Path) -> list[str]:
    folder = shared_data / "naughty_strings"
    strings: list[str] = json.loads((folder / "blns_even.json").read_text(encoding="utf-8"))
    cells = (folder / "csv_injection_even.txt").read_text(encoding="utf-8").splitlines()
    return strings + cells


@pytest.mark.asvs("2.2.1")
def test_the_naughty_strings_stay_text_or_are_refused(naughty: list[str]) -> None:
    assert len(naughty) > 200
    for kind in KINDS:
        for name in texts_of(kind):
            for text in naughty:
                lands(kind, name, text)


@pytest.mark.asvs("1.2.4")
def test_the_naughty_strings_are_stored_as_they_are(naughty: list[str]) -> None:
    school = built_school()
    for text in naughty:
        stored(school, text)
    assert school.kept() == school.recomputed()

"""Every subject gives every command: exactly those succeed whom the hand-written table names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from eschool_core.app import Outcome, carry_out
from eschool_core.commands.base import Command, Occasion
from eschool_core.commands.catalogue import SPECS
from eschool_core.domain.enums import Verdict
from eschool_core.regulation.interval import Interval
from eschool_core.regulation.permissions import SUBJECTS, table
from tests.matrix import stage, tables
from tests.matrix.stage import ABSENT, COLUMNS, Stage

WIDTH = len(COLUMNS)
WANTED = tables.read("commands.txt", WIDTH)
NAMES_NOTHING = frozenset({"applicant_id", "class_id", "object_id", "schedule_id", "year_id"})
"""Ids that may stand for nothing, or are not the object of the act."""

SAID_OTHERWISE = {
    ("found_school", "server"),
    ("claim_substitution", "maths"),
    ("open_thread/staff", "russian"),
    ("acknowledge_duties", "server"),
}
"""What is refused not for want of a right."""


@pytest.fixture(scope="module")
def built() -> Stage:
    return stage.build()


@pytest.fixture
def played(built: Stage) -> Iterator[Stage]:
    """The school, and whatever a test does to it is taken back."""
    database = built.school.database
    database.execute("BEGIN")
    yield built
    database.execute("ROLLBACK")


def judged(built: Stage, command: Command, actor: int) -> Outcome:
    """Return what becomes of a command, and take back what it wrote."""
    school = built.school
    school.numbers[77] = number = school.numbers.get(77, 0) + 8
    take = command.numbers_taken()
    occasion = Occasion(actor, 77, number, school.seq, Interval.at(school.now), take)
    school.database.execute("SAVEPOINT cell")
    try:
        school.ledger.seq = school.seq + 1
        return carry_out(school.store, command, occasion)
    finally:
        school.database.execute("ROLLBACK TO SAVEPOINT cell")
        school.database.execute("RELEASE SAVEPOINT cell")
        school.ledger.forget()


def sign(outcome: Outcome) -> str:
    return "+" if outcome.verdict in (Verdict.ACCEPTED, Verdict.WITH_FINDINGS) else "-"


def test_the_table_has_a_line_for_every_command_and_no_other() -> None:
    """A new command needs a line here, one in permissions.toml and a sample; see CONTRIBUTING."""
    kinds = {spec.model.kind for spec in SPECS}
    assert {label.partition("/")[0] for label in WANTED} == kinds
    assert set(table("commands")) == set(WANTED)


@pytest.mark.scenario("4.1:1")
@pytest.mark.clause("4.1")
@pytest.mark.clause("4.2")
@pytest.mark.clause("4.2/1")
@pytest.mark.clause("4.2/2")
@pytest.mark.clause("4.2/3")
@pytest.mark.clause("4.2/4")
@pytest.mark.asvs("8.2.2")
@pytest.mark.asvs("8.2.3")
def test_each_subject_may_do_what_the_table_says_and_nothing_else(played: Stage) -> None:
    outcomes = {
        label: [judged(played, played.commands[label], played.actors[name]) for name in COLUMNS]
        for label in WANTED
    }
    found = {label: "".join(map(sign, line)) for label, line in outcomes.items()}
    judged_so = {label: signs.replace("=", "-") for label, signs in WANTED.items()}
    assert tables.differences(found, judged_so) == []
    refused = [
        (label, name, outcome.key)
        for label, line in outcomes.items()
        for name, outcome in zip(COLUMNS, line, strict=True)
        if sign(outcome) == "-" and not outcome.clause and (label, name) not in SAID_OTHERWISE
    ]
    assert refused == [], "a refusal for want of a right names its clause"


@pytest.mark.clause("4.1")
def test_the_printed_table_says_the_same() -> None:
    found = {label: tables.signs_of(who, WIDTH) for label, who in table("commands").items()}
    # That the server may do by itself what a person may is no news to people who read the table.
    told = {label: signs[:-1].replace("=", "+") for label, signs in WANTED.items()}
    assert tables.differences(found, told) == []


@pytest.mark.asvs("8.2.2")
@pytest.mark.asvs("row 30")
def test_what_does_not_exist_is_refused_to_those_who_may(played: Stage) -> None:
    """Neither right nor handler takes an id on trust: of this school or of another."""
    accepted = []
    for label, signs in WANTED.items():
        command = played.commands[label]
        name = COLUMNS[max(signs.find("+"), 0)]
        for field in type(command).model_fields:
            is_id = field.endswith("_id") or field == "device"
            if not is_id or field in NAMES_NOTHING or not getattr(command, field):
                continue
            changed = command.model_copy(update={field: ABSENT if field != "device" else 59_999})
            if sign(judged(played, changed, played.actors[name])) == "+":
                accepted.append((label, field))
    numbered = ("enrol_device", "readmit_device", "branch_device")
    assert sorted(accepted) == sorted((label, "device") for label in numbered)


@pytest.mark.clause("4.1")
def test_every_subject_of_the_table_may_do_something() -> None:
    permitted = {one.subject for who in table("commands").values() for one in who}
    seen = {one.subject for who in table("reads").values() for one in who}
    assert permitted | seen == set(SUBJECTS)

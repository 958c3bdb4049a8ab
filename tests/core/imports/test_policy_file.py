from __future__ import annotations

import pytest

from eschool_core.domain.acts import LocalAct
from eschool_core.domain.school import PolicyValue
from eschool_core.errors import InputError
from eschool_core.imports.builder import CommandBatch
from eschool_core.imports.builder_policy import build_policy
from eschool_core.imports.policy_file import read_policy_file
from tests.school import FIRST_DAY, SmallSchool, built_school

GOOD = """
[[act]]
title = "Положение о системе оценивания"
number = "45-о"
day = 2026-08-28
from = 2026-09-01

[[value]]
name = "failing_mean"
value = 2.6
from = 2026-09-01
act = "45-о"

[[value]]
name = "marks_per_quarter"
value = [3, 5]
from = 2026-09-01
to = 2027-05-31
act = "45-о"

[[value]]
name = "homework_blank"
value = "flag"
from = 2026-09-01
act = "45-о"
"""


def keys(text: str) -> list[tuple[str, str]]:
    read = read_policy_file(text.encode(), "p.toml")
    return [(one.place, one.error.key) for one in read.mistakes]


@pytest.mark.clause("4.4.1")
def test_a_file_registers_its_acts_and_sets_its_values() -> None:
    school = built_school()
    batch = CommandBatch(2, 1)
    changes = build_policy(batch, school.store, read_policy_file(GOOD.encode(), "p.toml"))
    assert [(one.name, one.old, one.new) for one in changes] == [
        ("failing_mean", "2.50", "2.60"),
        ("marks_per_quarter", "3, 5, 7", "3, 5"),
        ("homework_blank", "remind", "flag"),
    ]
    for entry in batch.commands:
        school.must(entry.command, "deputy")
    act = school.one(LocalAct)
    assert act.first_day == FIRST_DAY
    assert {value.act_id for value in school.store.select(PolicyValue)} == {act.id}


def test_a_version_of_the_file_replaces_one_of_the_register() -> None:
    school = built_school()
    first = read_policy_file(GOOD.encode(), "p.toml")
    give(school, CommandBatch(2, 1), first)
    second = GOOD.replace('"45-о"', '"46-о"').replace("2026-09-01", "2026-10-01")
    second = second.replace("day = 2026-08-28", 'day = 2026-09-28\nreplaces = "45-О"')
    give(school, CommandBatch(2, 50), read_policy_file(second.encode(), "p.toml"))
    assert sorted(act.act_number for act in school.store.select(LocalAct)) == ["45-о", "46-о"]


def give(school: SmallSchool, batch: CommandBatch, read: object) -> None:
    build_policy(batch, school.store, read)  # type: ignore[arg-type]
    for entry in batch.commands:
        school.must(entry.command, "deputy")


def test_an_act_to_be_replaced_must_be_there() -> None:
    text = GOOD.replace("from = 2026-09-01\n\n[[value]]", 'replaces = "1"\n\n[[value]]', 1)
    with pytest.raises(InputError) as caught:
        build_policy(
            CommandBatch(2, 1), built_school().store, read_policy_file(text.encode(), "p.toml")
        )
    assert caught.value.key == "acts.unknown"


def test_every_mistake_is_told_at_once_with_its_place() -> None:
    text = """
oops = 1
[[act]]
title = ""
number = "1"
day = 2026-09-01
[[act]]
title = "А"
number = "2"
day = 2026-09-02
from = 2026-09-01
[[value]]
name = "failing_mean"
value = 1.4
from = 2026-09-01
act = "1"
[[value]]
name = "failing_mean"
value = 2.555
from = 2026-09-01
act = "1"
[[value]]
name = "no_such"
value = 1
from = 2026-09-01
act = "1"
[[value]]
name = "plan_weeks"
value = true
from = 2026-09-01
act = "1"
[[value]]
name = "plan_weeks"
value = 33
from = "2026-09-01"
act = "1"
[[value]]
name = "plan_weeks"
value = 33
from = 2026-09-01
to = 2026-08-01
act = "1"
[[value]]
name = "plan_weeks"
value = 33
from = 2026-09-01
whence = "x"
[[value]]
name = "plan_weeks"
value = 33
from = 2026-09-01
"""
    assert keys(text) == [
        ("-", "policy_file.unknown_field"),
        ("act 1", "policy_file.text"),
        ("act 2", "policy_file.days"),
        ("value 1", "policy.out_of_bounds"),
        ("value 2", "policy_file.value"),
        ("value 3", "policy.unknown"),
        ("value 4", "policy_file.value"),
        ("value 5", "policy_file.date"),
        ("value 6", "policy_file.days"),
        ("value 7", "policy_file.unknown_field"),
        ("value 8", "policy_file.text"),
    ]


def test_what_is_no_such_file_is_refused() -> None:
    assert keys("# nothing\n") == [("-", "policy_file.empty")]
    assert keys("act = 3\n") == [("act", "policy_file.not_a_list")]
    assert keys("value = [1]\n") == [("value 1", "policy_file.not_a_list")]
    with pytest.raises(InputError) as caught:
        read_policy_file(b"= = =", "p.toml")
    assert caught.value.key == "policy_file.not_toml"

"""That the play knows every command and every table: a new one is in it, or says why not."""

from __future__ import annotations

from eschool_core.commands.catalogue import SPECS
from eschool_core.domain.tables import TABLES
from tests.core.commands.samples import samples
from tests.school import built_school
from tests.simulation.base import base
from tests.simulation.dice import Dice
from tests.simulation.mix import LEFT_OUT, OFFICE, ROWS, Mix, kind_of, lawful
from tests.simulation.profile import CAST
from tests.sync.oracle import RULES

KINDS = {spec.model.kind for spec in SPECS}


def test_every_kind_is_in_the_mix_or_left_out_with_a_reason() -> None:
    assert samples(built_school()).keys() == KINDS
    assert LEFT_OUT.keys() <= KINDS
    assert all(LEFT_OUT.values())


def test_somebody_of_the_play_may_give_each_kind() -> None:
    given = {kind_of(label) for name in (*CAST, *OFFICE) for label in lawful(name)}
    assert given == KINDS - LEFT_OUT.keys()


def test_every_kind_is_drawn() -> None:
    school = built_school()
    numbers = iter(range(10**6))
    mix = Mix(samples(school), Dice(1), lambda: f"Канарейка-1-{next(numbers):09d}.")
    near = {"pupil_id": school.pupils["5А"][0]}
    names = (*CAST, *OFFICE)
    drawn = {mix.drawn(name, school.database, near).kind for _ in range(400) for name in names}
    assert drawn == KINDS - LEFT_OUT.keys()


def test_a_field_that_names_a_row_finds_one_that_is_there() -> None:
    fields = {field for spec in SPECS for field in spec.model.model_fields}
    assert ROWS.keys() <= fields


def test_the_oracle_of_scopes_has_a_rule_for_every_table() -> None:
    assert RULES.keys() == {spec.table for spec in TABLES}


def test_the_school_of_the_play_has_a_sample_of_each_kind() -> None:
    assert base(encrypted=False).samples.keys() == KINDS

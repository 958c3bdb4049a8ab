from __future__ import annotations

import pytest

from eschool_core.commands import facts
from eschool_core.commands.acts import RegisterAct, RevokeAct, SetSupportContact
from eschool_core.commands.school import SetPolicy
from eschool_core.domain.acts import LocalAct, SupportContact
from eschool_core.domain.row import FOREVER
from eschool_core.domain.school import PolicyValue
from eschool_core.queries.acts import local_acts, policy_states
from tests.school import FIRST_DAY, LAST_DAY, MONDAY, SmallSchool, built_school, verdict

TITLE = "Положение о системе оценивания"


@pytest.fixture
def school() -> SmallSchool:
    return built_school()


def act(number: str = "45-о", first_day: int = FIRST_DAY, **fields: int) -> RegisterAct:
    values = {"act_day": first_day, "first_day": first_day} | fields
    return RegisterAct(title=TITLE, act_number=number, **values)


def rounding(value: str, number: str = "45-о", first_day: int = FIRST_DAY) -> SetPolicy:
    return SetPolicy(name="failing_mean", value=value, first_day=first_day, act=number)


@pytest.mark.scenario("4.4.1:1")
@pytest.mark.clause("4.4.1/act")
def test_a_value_needs_an_act_of_the_register(school: SmallSchool) -> None:
    school.must(act(), "deputy")
    assert verdict(school.do(rounding("2.6", "99"), "deputy")) == "4.4.1/act"
    school.must(rounding("2.6", "№ 45-О"), "deputy")
    [value] = school.store.select(PolicyValue)
    assert value.act_id == school.one(LocalAct).id


@pytest.mark.clause("4.4.1/act")
def test_an_act_carries_a_value_from_its_first_day_to_its_last(school: SmallSchool) -> None:
    act_id = school.must(act(first_day=MONDAY), "deputy")
    school.must(RevokeAct(act_id=act_id, last_day=MONDAY + 10), "deputy")
    for day, said in (
        (MONDAY - 1, "4.4.1/act"),
        (MONDAY, "accepted"),
        (MONDAY + 10, "accepted"),
        (MONDAY + 11, "4.4.1/act"),
    ):
        assert verdict(school.do(rounding("2.6", first_day=day), "deputy")) == said


@pytest.mark.scenario("4.4.1:1")
@pytest.mark.clause("4.4.1")
def test_old_periods_keep_the_old_value_and_its_act(school: SmallSchool) -> None:
    first = school.must(act(), "deputy")
    school.must(rounding("2.6"), "deputy")
    school.must(act("46-о", MONDAY, replaces_id=first), "deputy")
    school.must(rounding("2.7", "46-о", MONDAY), "deputy")
    assert facts.policy_number(school.store, "failing_mean", MONDAY - 1) == 260
    assert facts.policy_number(school.store, "failing_mean", MONDAY) == 270
    [state] = [one for one in policy_states(school.store, MONDAY) if one.name == "failing_mean"]
    assert [(one.value, one.act, one.now) for one in state.periods] == [
        ("2.60", "45-о", False),
        ("2.70", "46-о", True),
    ]
    old, new = local_acts(school.store)
    assert (old.number, old.policies, new.replaces) == ("45-о", ("failing_mean",), "45-о")
    assert old.last_day is not None
    assert (new.first_day - old.last_day).days == 1


@pytest.mark.clause("4.4.1")
def test_a_school_without_a_register_names_its_acts_in_words(school: SmallSchool) -> None:
    school.must(rounding("2.6", "Приказ 12"), "deputy")
    [state] = [one for one in policy_states(school.store, MONDAY) if one.name == "failing_mean"]
    assert [(one.act, one.registered) for one in state.periods] == [("Приказ 12", False)]


def test_an_act_is_entered_once(school: SmallSchool) -> None:
    school.must(act(), "deputy")
    assert verdict(school.do(act("№ 45-О"), "deputy")) == "acts.exists"
    school.must(act("45-о", MONDAY), "deputy")


def test_a_version_is_replaced_once_and_by_a_later_one(school: SmallSchool) -> None:
    first = school.must(act(), "deputy")
    assert verdict(school.do(act("46", replaces_id=first), "deputy")) == "acts.replaced"
    school.must(act("46", MONDAY, replaces_id=first), "deputy")
    again = act("47", MONDAY + 1, replaces_id=first)
    assert verdict(school.do(again, "deputy")) == "acts.replaced"
    assert school.store.require(LocalAct, first).last_day == MONDAY - 1


def test_an_act_does_not_hold_before_it_was_made(school: SmallSchool) -> None:
    command = RegisterAct(title=TITLE, act_number="1", act_day=MONDAY, first_day=MONDAY - 1)
    assert verdict(school.do(command, "deputy")) == "data.field"


def test_an_act_ends_once_and_not_before_it_began(school: SmallSchool) -> None:
    act_id = school.must(act(first_day=MONDAY), "deputy")
    early = RevokeAct(act_id=act_id, last_day=MONDAY - 1)
    assert verdict(school.do(early, "deputy")) == "data.field"
    school.must(RevokeAct(act_id=act_id, last_day=LAST_DAY), "deputy")
    assert verdict(school.do(RevokeAct(act_id=act_id, last_day=LAST_DAY), "deputy")) == "data.field"
    assert school.store.require(LocalAct, act_id).last_day != FOREVER


@pytest.mark.clause("4.7.7")
def test_the_system_officer_keeps_one_contact_of_support(school: SmallSchool) -> None:
    school.must(SetSupportContact(name="Служба", phone="+7 384 000"), "officer")
    school.must(SetSupportContact(name="Служба", email="help@example.org"), "officer")
    assert school.one(SupportContact).email == "help@example.org"
    assert verdict(school.do(SetSupportContact(name="Служба"), "officer")) == "data.field"
    other = SetSupportContact(name="Чужая", phone="1")
    assert verdict(school.do(other, "maths")) != "accepted"

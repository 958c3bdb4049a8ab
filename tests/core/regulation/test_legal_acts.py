from __future__ import annotations

from datetime import date

import pytest

from eschool_core.regulation.actors import actors_of
from eschool_core.regulation.legal_acts import legal_acts
from eschool_core.regulation.registry import CLAUSES


@pytest.mark.scenario("1.1:1")
@pytest.mark.clause("1.1")
def test_nine_acts_and_decree_781_is_superseded() -> None:
    acts = {act.number: act for act in legal_acts()}
    assert len(acts) == 9
    successor = acts["781"].successor
    assert successor is not None
    assert (successor.number, successor.day) == ("1119", date(2012, 11, 1))
    assert acts["781"].in_force == successor
    assert acts["273-ФЗ"].in_force == acts["273-ФЗ"]


@pytest.mark.clause("1.1")
def test_an_act_holds_from_its_own_date_or_later() -> None:
    for act in legal_acts():
        assert act.day <= act.first_day
        assert act.title("ru")
        assert act.title("en")


@pytest.mark.clause("4.7.5")
def test_every_clause_says_who_acts() -> None:
    assert [entry.number for entry in CLAUSES if not actors_of(entry.number)] == []
    assert actors_of("9.9") == ()

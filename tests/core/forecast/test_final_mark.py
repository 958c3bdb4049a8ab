from __future__ import annotations

import random

import pytest

from eschool_core.forecast.final_mark import FinalParameters, Record, fit, predict


def made(count: int, seed: int = 5) -> tuple[list[Record], list[float]]:
    """Pupils of whom some leave: unseen ones with low marks."""
    chance = random.Random(seed)
    records, finals = [], []
    for _ in range(count):
        able = chance.uniform(0.3, 0.9)
        first, second = (min(1.0, able + chance.gauss(0, 0.05)) for _ in range(2))
        absences = float(chance.choice((0, 0, 3, 8)))
        leaves = absences == 0 and chance.random() < 4 * max(0.0, 0.6 - second)
        records.append(Record(first, second, absences, float(able < 0.4)))
        finals.append(0.0 if leaves else min(1.0, able + chance.gauss(0, 0.03)))
    return records, finals


@pytest.fixture(scope="module")
def learnt() -> FinalParameters:
    return fit(*made(400))


def test_the_interval_holds_what_it_promises(learnt: FinalParameters) -> None:
    records, finals = made(600, seed=9)
    guesses = predict(learnt, records)
    held = sum(g.low - 1e-9 <= y <= g.high + 1e-9 for g, y in zip(guesses, finals, strict=True))
    assert held / len(finals) == pytest.approx(0.8, abs=0.05)


def test_who_is_seen_and_does_well_stays(learnt: FinalParameters) -> None:
    [well, badly] = predict(learnt, [Record(0.8, 0.8, 4, 0), Record(0.35, 0.35, 0, 1)])
    assert well.leaving < 0.05 < 0.5 < badly.leaving
    assert badly.low == 0.0
    assert well.value == pytest.approx((1 - well.leaving) * well.if_staying)


def test_the_last_term_weighs_most(learnt: FinalParameters) -> None:
    base, first, second = predict(
        learnt, [Record(0.5, 0.5, 4, 0), Record(0.6, 0.5, 4, 0), Record(0.5, 0.6, 4, 0)]
    )
    assert base.if_staying < first.if_staying
    assert base.if_staying < second.if_staying


def test_a_course_that_nobody_left_is_learnt_too() -> None:
    records, finals = made(60)
    parameters = fit(records, [max(final, 0.3) for final in finals])
    assert all(guess.leaving < 0.2 for guess in predict(parameters, records))


def test_a_course_that_everybody_left_teaches_nothing() -> None:
    with pytest.raises(ValueError, match="nobody"):
        fit([Record(0.5, 0.5, 0, 0)], [0.0])

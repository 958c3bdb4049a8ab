from __future__ import annotations

import random

import pytest

from eschool_core.forecast.history import Event, History, MarkParameters, Scale
from eschool_core.forecast.history_fit import fit

SCALE = Scale(2.0, 5.0)
PLAIN = MarkParameters(0.5, 0.5, 0.1, 0.05, 0.15, tuple(n / 100 - 0.2 for n in range(41)))


def mark(day: int, pupil: int, value: float, kind: int = 1) -> Event:
    return Event(day, work=day * 10 + kind, pupil=pupil, kind=kind, value=value)


def test_the_first_mark_of_a_pupil_gets_no_guess() -> None:
    history = History(PLAIN, SCALE)
    assert history.take([mark(1, 1, 4)]) == []
    assert len(history.take([mark(2, 1, 4), mark(2, 2, 3)])) == 1


def test_a_guess_sees_nothing_of_its_own_day() -> None:
    def guessed(other: float) -> float:
        history = History(PLAIN, SCALE)
        history.take([mark(1, 1, 4), mark(1, 2, 3)])
        [guess] = [g for g in history.take([mark(2, 1, 4), mark(2, 2, other)]) if
                   g.event.pupil == 1]  # fmt: skip
        return guess.expected

    assert guessed(2) == guessed(5)


def test_who_stands_above_the_class_is_expected_above_it() -> None:
    history = History(PLAIN, SCALE)
    for day in range(1, 6):
        history.take([mark(day, 1, 5), mark(day, 2, 3), mark(day, 3, 4)])
    above, level = history.standing(1, 1), history.level(1)
    assert above.everywhere > 0.5
    assert history.standing(2, 1).everywhere < -0.5
    assert history.expected(level, above) > level


def test_a_weakness_in_one_kind_of_work_shows_there_alone() -> None:
    history = History(PLAIN, SCALE)
    for day in range(1, 9):
        kind = day % 2 + 1
        history.take([mark(day, 1, 2 if kind == 2 else 5, kind), mark(day, 2, 4, kind)])
    assert history.standing(1, 2).in_kind < 0 < history.standing(1, 1).in_kind


def test_earlier_terms_count_as_so_many_marks() -> None:
    history = History(PLAIN, SCALE)
    history.take([mark(1, 1, 4), mark(1, 2, 4)])
    alone = history.standing(1, 1).everywhere
    assert alone == pytest.approx(0.0)
    assert history.standing(1, 1, prior=1.0, prior_marks=8.0).everywhere == pytest.approx(0.8)


def test_expectations_stay_on_the_scale() -> None:
    history = History(PLAIN, SCALE)
    for day in range(1, 12):
        for guess in history.take([mark(day, 1, 5), mark(day, 2, 5), mark(day, 3, 2)]):
            assert SCALE.low <= guess.low <= guess.expected <= guess.high <= SCALE.high


def test_of_a_kind_never_seen_less_is_known() -> None:
    history = History(PLAIN, SCALE)
    for day in range(1, 6):
        history.take([mark(day, pupil, 3 + pupil % 3) for pupil in range(30)])
    assert history.level_error(2, 0.9) > 3 * history.level_error(1, 0.9)


def test_misses_widen_the_interval_of_that_kind_alone() -> None:
    history = History(PLAIN, SCALE)
    for day in range(1, 6):
        history.take([mark(day, pupil, 3 + (pupil + day) % 3, day % 2 + 1) for pupil in range(40)])
    before = history.outlook(1), history.outlook(2)
    history.take([mark(6, pupil, 2 if pupil % 2 else 5, 1) for pupil in range(40)])
    after = history.outlook(1), history.outlook(2)
    wider = [later.down / earlier.down for later, earlier in zip(after, before, strict=True)]
    assert wider[0] > 1.3
    assert wider[1] < 1.1


def made(seed: int, pupils: int = 60, days: int = 24) -> list[Event]:
    """Marks of pupils of known ability in works of known level, by normal noise."""
    chance = random.Random(seed)
    able = [chance.gauss(0, 8) for _ in range(pupils)]
    events = []
    for day in range(days):
        kind = day % 3
        level = 65 + 5 * kind + chance.gauss(0, 3)
        events += [
            Event(day, day, pupil, kind, level + able[pupil] + chance.gauss(0, 10))
            for pupil in range(pupils)
        ]
    return events


@pytest.mark.clause("2.8")
def test_the_interval_holds_what_it_promises_on_made_marks() -> None:
    """What the model assumes is known here: abilities, levels, noise."""
    scale = Scale(0.0, 130.0)
    parameters = fit([made(1), made(2)], scale)
    for percent in (60, 80, 90):
        guesses = History(parameters, scale, percent).take_all(made(3))
        held = sum(guess.low <= guess.event.value <= guess.high for guess in guesses)
        assert held / len(guesses) == pytest.approx(percent / 100, abs=0.03)


def test_the_guess_beats_the_running_mean_and_nears_the_noise() -> None:
    scale = Scale(0.0, 130.0)
    guesses = History(fit([made(1), made(2)], scale), scale).take_all(made(3))
    own = sum((g.event.value - g.expected) ** 2 for g in guesses) / len(guesses)
    mean = sum((g.event.value - g.running_mean) ** 2 for g in guesses) / len(guesses)
    assert own < 0.9 * mean
    assert own < 1.4 * (10**2 + 3**2)


def test_nothing_to_learn_from_is_told() -> None:
    with pytest.raises(ValueError, match="two marks"):
        fit([[mark(1, 1, 4)]], SCALE)

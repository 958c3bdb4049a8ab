"""Learns the parameters of the next mark from journals: least squares over few figures."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence

from eschool_core.forecast.history import Event, Guess, History, Level, MarkParameters, Scale
from eschool_core.forecast.quantiles import of_sorted

RIDGE = 1.0
RESIDUALS = 101
"""So many residuals are kept, at equal shares."""
BLANK = MarkParameters(0.0, 0.0, 0.0, 0.0, 0.0, (0.0,))


def fit(
    journals: Sequence[Sequence[Event]],
    scale: Scale,
    wanted: Callable[[Event], bool] = lambda event: True,
) -> MarkParameters:
    """Return the parameters that the marks of some journals speak for.

    Args:
        journals: The marks of each.
        scale: Of all of them.
        wanted: Which marks are learnt from; all of them make the levels.

    Raises:
        ValueError: There is nothing to learn from.
    """
    import numpy as np

    guesses = [
        [guess for guess in History(BLANK, scale).take_all(events) if wanted(guess.event)]
        for events in journals
    ]
    rows = [(g.standing.everywhere, g.standing.in_kind) for part in guesses for g in part]
    if not rows:
        raise ValueError("no pupil has two marks")
    known = np.array(rows)
    over = np.array([g.event.value - g.level for part in guesses for g in part])
    weights = np.linalg.solve(known.T @ known + RIDGE * np.eye(2), known.T @ over)
    own, in_kind = float(weights[0]), float(weights[1])
    units = [_unit(events) for events in journals]
    spreads = [
        (kind / unit, work / unit)
        for unit, (kind, work) in zip(units, map(_spreads, journals), strict=True)
    ]
    residuals = sorted(
        value / unit
        for events, unit, part in zip(journals, units, guesses, strict=True)
        for value in _residuals(events, part, own, in_kind)
    )
    return MarkParameters(
        own_weight=own,
        kind_weight=in_kind,
        kind_spread=_root_mean([kind for kind, _ in spreads]),
        work_spread=_root_mean([work for _, work in spreads]),
        noise=_root_mean(residuals),
        residuals=tuple(of_sorted(residuals, n / (RESIDUALS - 1)) for n in range(RESIDUALS)),
    )


def _unit(events: Sequence[Event]) -> float:
    """Return the spread of the marks of a journal."""
    level = Level()
    for event in events:
        level.add(event.value)
    return level.deviation or 1.0


def _residuals(
    events: Sequence[Event], guesses: Sequence[Guess], own: float, in_kind: float
) -> list[float]:
    """Return how far marks lay from what pupil and work, once known, would give."""
    works: dict[int, list[float]] = defaultdict(list)
    for event in events:
        works[event.work].append(event.value)
    means = {work: sum(values) / len(values) for work, values in works.items()}
    return [
        guess.event.value
        - own * guess.standing.everywhere
        - in_kind * guess.standing.in_kind
        - means[guess.event.work]
        for guess in guesses
    ]


def _spreads(events: Sequence[Event]) -> tuple[float, float]:
    """Return the spread between the levels of kinds, and of works around their kind's level."""
    kinds: dict[int, list[float]] = defaultdict(list)
    works: dict[int, list[float]] = defaultdict(list)
    kind_of = {}
    for event in events:
        kinds[event.kind].append(event.value)
        works[event.work].append(event.value)
        kind_of[event.work] = event.kind
    levels = {kind: sum(values) / len(values) for kind, values in kinds.items()}
    middle = sum(levels.values()) / len(levels)
    between = _root_mean([level - middle for level in levels.values()])
    within = _root_mean(
        [sum(values) / len(values) - levels[kind_of[work]] for work, values in works.items()]
    )
    # The level of a kind to come lies as far from the middle of those seen as two of them apart.
    return math.sqrt(2 * between**2 + within**2), within


def _root_mean(values: Sequence[float]) -> float:
    return math.sqrt(sum(value * value for value in values) / len(values)) if values else 0.0

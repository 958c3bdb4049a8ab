from __future__ import annotations

import pytest

from eschool_core.labels import Language, span, text


@pytest.mark.parametrize(
    ("minutes", "ru", "en"),
    [
        (0, "0 мин", "0 min"),
        (1, "1 мин", "1 min"),
        (59, "59 мин", "59 min"),
        (60, "1 ч", "1 h"),
        (80, "1 ч 20 мин", "1 h 20 min"),
        (24 * 60, "1 дн.", "1 d"),
        (24 * 60 + 1, "1 дн.", "1 d"),
        (70_180, "48 дн. 17 ч", "48 d 17 h"),
    ],
)
def test_a_length_of_time_is_said_in_its_two_greatest_units(minutes: int, ru: str, en: str) -> None:
    assert (span(minutes, "ru"), span(minutes, "en")) == (ru, en)


@pytest.mark.clause("4.5.3/late")
@pytest.mark.parametrize(
    ("language", "said"), [("ru", "позже срока на 48 дн. 17 ч (п."), ("en", "late by 48 d 17 h (")]
)
def test_homework_late_by_weeks_is_not_told_in_minutes(language: Language, said: str) -> None:
    params = {"date": "2026-09-07", "school_class": "5А", "late_minutes": 70_180}
    assert said in text("4.5.3/late", language, **params)

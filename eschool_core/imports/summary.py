"""What the preview of an import shows, as plain values for a screen or JSON."""

from __future__ import annotations

from typing import TypedDict

from eschool_core.imports.drafts import NotTaken, TimetableDraft
from eschool_core.labels import Language, text


class NotTakenSummary(TypedDict):
    """One activity or row left out; ``reason`` is the sentence that ``key`` stands for."""

    where: str
    reason: str
    key: str
    params: dict[str, str | int]


class TimetableSummary(TypedDict):
    """The figures of a timetable.

    ``activities`` and ``periods_per_week`` count all active activities, taken or not;
    ``placed`` are the taken ones with a fixed start; ``groups`` are the student sets that are
    taught and are neither one whole class nor several.
    """

    activities: int
    periods_per_week: int
    placed: int
    classes: int
    groups: int
    teachers: int
    imported: int
    not_taken: list[NotTakenSummary]


def timetable_summary(draft: TimetableDraft, language: Language = "ru") -> TimetableSummary:
    """Return the figures that ``eschool import timetable`` prints."""
    return TimetableSummary(
        activities=draft.active,
        periods_per_week=draft.periods_per_week,
        placed=sum(activity.start is not None for activity in draft.activities),
        classes=len(draft.classes),
        groups=sum(not group.whole for group in draft.groups),
        teachers=len(draft.teachers),
        imported=len(draft.activities),
        not_taken=not_taken_summary(draft.not_taken, language),
    )


def not_taken_summary(
    rows: tuple[NotTaken, ...], language: Language = "ru"
) -> list[NotTakenSummary]:
    """Return the left-out rows of any draft with their reasons as sentences."""
    return [
        NotTakenSummary(
            where=row.where,
            reason=text(row.reason, language, **dict(row.params)),
            key=row.reason,
            params=dict(row.params),
        )
        for row in rows
    ]

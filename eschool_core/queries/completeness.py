"""What the school's base lacks: the institution, its staff, its pupils, by name (2.1)."""

from __future__ import annotations

from dataclasses import dataclass

from eschool_core.commands.section_gaps import section_gaps
from eschool_core.domain.care_enums import Section
from eschool_core.domain.school import SchoolClass
from eschool_core.queries.answer import Answer
from eschool_core.queries.cards import cards
from eschool_core.queries.duties.duty import Missing
from eschool_core.queries.in_force import year_on
from eschool_core.store.store import Store


@dataclass(frozen=True, slots=True)
class IncompleteSection(Answer):
    """A section with what it lacks."""

    section: Section
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class IncompleteCard(Answer):
    """A pupil whose card lacks something; see ``Card.missing``."""

    school_class: str
    pupil_id: int
    pupil: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Completeness(Answer):
    """Everything that is missing.

    Attributes:
        partial: True where this replica does not hold the cards of every class.
    """

    sections: tuple[IncompleteSection, ...]
    cards: tuple[IncompleteCard, ...]
    partial: bool


def completeness(store: Store, day: int) -> Completeness:
    """Return what is missing on a day, sections first, then cards by class and name."""
    year = year_on(store, day)
    sections = []
    for section in Section:
        gaps = section_gaps(store, year, section, day)
        if gaps:
            missing = tuple(Missing(gap.key, gap.params) for gap in gaps)
            sections.append(IncompleteSection(section, missing))
    classes = [] if year is None else store.select(SchoolClass, year_id=year.id)
    answers = [cards(store, entry.id, entry.name, day) for entry in classes]
    lacking = [
        IncompleteCard(answer.school_class, card.pupil_id, card.name, card.missing)
        for answer in answers
        for card in answer.cards
        if card.missing
    ]
    return Completeness(
        sections=tuple(sections),
        cards=tuple(lacking),
        partial=any(answer.partial for answer in answers),
    )

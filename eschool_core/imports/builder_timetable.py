"""A timetable becomes classes, groups, journals, loads, weekly slots and lessons.

An activity with a start becomes slots, as long as it clashes with none before it in the file;
one without is teaching load that waits for a slot. A file says how the journals that it gives
slots are taught from a day on: other slots and teachers of these journals end. Journals that it
does not mention stay as they are.

Periods of a draft count from 0; in the school the first period is 1, since texts show it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eschool_core.errors import InputError
from eschool_core.imports.builder import BellsRef, CommandBatch, YearRef
from eschool_core.imports.builder_blocks import Placement, sort_blocks
from eschool_core.imports.builder_existing import ExistingSchool
from eschool_core.imports.builder_groups import Registry
from eschool_core.imports.builder_journals import (
    changed_slots,
    end_slots,
    open_journals,
    publish_slots,
    set_loads,
)
from eschool_core.imports.builder_staff import build_staff, teacher_name, with_staff
from eschool_core.imports.drafts import NotTaken, StaffDraft, TimetableDraft

DEFAULT_ORDER = "import"


@dataclass(frozen=True, slots=True)
class TimetableResult:
    """Ids that the commands will make or that were joined, and what was left out.

    Attributes:
        class_ids: By the draft's name; so are ``subject_ids`` and ``staff_ids``.
        group_ids: By the name of the class or group; joint groups by their own: «5А+5Б».
        journal_ids: By name of the group in the school and subject.
        journal_of_activity: By the activity's number in the file.
        waiting: Activities taken as load, without a slot, with the reason.
        not_taken: Those of the draft, and those that clash or do not fit.
        imported: Number of activities taken, ``waiting`` among them.
        school: The school with all that, for the next builder.
    """

    class_ids: Mapping[str, int]
    group_ids: Mapping[str, int]
    subject_ids: Mapping[str, int]
    staff_ids: Mapping[str, int]
    journal_ids: Mapping[tuple[str, str], int]
    journal_of_activity: Mapping[int, int]
    waiting: tuple[NotTaken, ...]
    not_taken: tuple[NotTaken, ...]
    imported: int
    school: ExistingSchool


def build_timetable(
    batch: CommandBatch,
    draft: TimetableDraft,
    *,
    year: YearRef,
    bells: BellsRef,
    existing: ExistingSchool | None = None,
    from_day: int | None = None,
    order: str = DEFAULT_ORDER,
) -> TimetableResult:
    """Add the commands of a timetable; a second import of the same file adds none.

    Args:
        batch: Where the commands go.
        draft: The timetable.
        year: A cycle of weeks that the draft's divides: its lessons repeat within it.
        bells: Of new classes; an activity in a period without bells is not taken.
        existing: What the school has, None for a new one.
        from_day: From which day the timetable holds, None for the year's first.
        order: Act that new teachers are appointed by.

    Raises:
        InputError: The year's cycle of weeks does not fit the draft's, or a name is too long.
    """
    if year.cycle_weeks % draft.cycle_weeks:
        raise InputError("import.cycle_weeks", file=draft.cycle_weeks, year=year.cycle_weeks)
    first_day = year.first_day if from_day is None else from_day
    school = existing or ExistingSchool()
    registry = Registry(batch, year, bells, school, first_day)
    subject_ids = {name: registry.subject(name) for name in draft.subjects}
    class_ids = registry.add_classes(draft.classes)
    groups = {group.name: registry.group(group) for group in draft.groups}
    staff = [StaffDraft(name, teacher_name(name)) for name in draft.teachers]
    staff_ids = build_staff(batch, staff, existing=school, first_day=first_day, order=order)
    placement = Placement(draft, year, registry, subject_ids, staff_ids, groups)
    sorting = sort_blocks(placement)
    kept_for = open_journals(registry, sorting)
    changed = changed_slots(registry, sorting, kept_for)
    end_slots(batch, registry, changed, kept_for, first_day)
    set_loads(batch, registry, sorting, kept_for, (first_day, year.last_day))
    publish_slots(batch, registry, changed, kept_for, (first_day, year.last_day))
    journal_of = {key: registry.journals[group.id, key[1]].id for key, group in kept_for.items()}
    subject_names = {subject_id: name for name, subject_id in registry.subjects.items()}
    return TimetableResult(
        class_ids=class_ids,
        group_ids=registry.whole_ids(class_ids)
        | {ref.name: ref.id for ref in kept_for.values()}
        | {name: ref.id for name, ref in groups.items() if ref is not None},
        subject_ids=subject_ids,
        staff_ids=staff_ids,
        journal_ids={
            (group.name, subject_names[key[1]]): journal_of[key] for key, group in kept_for.items()
        },
        journal_of_activity={block.activity.id: journal_of[block.key] for block in sorting.taken},
        waiting=tuple(sorting.waiting),
        not_taken=(*draft.not_taken, *sorting.not_taken),
        imported=len(sorting.taken),
        school=with_staff(registry.school(), staff, staff_ids),
    )

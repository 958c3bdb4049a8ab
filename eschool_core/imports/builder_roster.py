"""A roster becomes pupils with guardians, staff, groups and who belongs to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eschool_core.imports.builder import BellsRef, CommandBatch, YearRef
from eschool_core.imports.builder_existing import ExistingSchool
from eschool_core.imports.builder_groups import Registry
from eschool_core.imports.builder_members import Memberships
from eschool_core.imports.builder_pupils import Admission
from eschool_core.imports.builder_staff import build_staff, with_staff
from eschool_core.imports.builder_teachings import Teachings
from eschool_core.imports.drafts import NotTaken, RosterDraft


@dataclass(frozen=True, slots=True)
class RosterResult:
    """Ids that the commands will make or that were joined, and what was left out.

    Attributes:
        pupil_ids: By key, as are ``guardian_ids`` and ``staff_ids``.
        class_ids: By the draft's name, as are ``group_ids``.
        joined: Pupils that the school had already.
        not_taken: Rows of the draft, and rows that name what the school does not have.
        school: The school with all that, for the next builder.
    """

    pupil_ids: Mapping[str, int]
    guardian_ids: Mapping[str, int]
    staff_ids: Mapping[str, int]
    class_ids: Mapping[str, int]
    group_ids: Mapping[str, int]
    joined: int
    not_taken: tuple[NotTaken, ...]
    school: ExistingSchool


def build_roster(
    batch: CommandBatch,
    draft: RosterDraft,
    *,
    year: YearRef,
    bells: BellsRef,
    order: str,
    existing: ExistingSchool | None = None,
    first_day: int | None = None,
    gives_loads: bool = True,
) -> RosterResult:
    """Add the commands of a roster; a second import of the same file adds none.

    A pupil of the same class, name and birth date is the same pupil. Brothers and sisters share
    the guardian whom the file gives one key. Who is in all groups that a joint group joins is
    also in the joint group.

    Args:
        batch: Where the commands go.
        draft: The roster.
        year: Of the classes and groups.
        bells: Of new classes.
        order: Order of admission and appointment.
        existing: What the school has, with the timetable's groups if that came before.
        first_day: Of admissions and memberships, None for the year's first.
        gives_loads: False where the actor may not say who teaches a group.

    Raises:
        InputError: A name is longer than the school takes.
    """
    day = year.first_day if first_day is None else first_day
    school = existing or ExistingSchool()
    registry = Registry(batch, year, bells, school, day)
    class_ids = registry.add_classes(draft.classes)
    groups = {group.name: registry.group(group) for group in draft.groups}
    staff_ids = build_staff(batch, draft.staff, existing=school, first_day=day, order=order)
    admission = Admission(batch, registry, day, order)
    pupil_ids, left_out = admission.admit_all(draft.pupils)
    members = Memberships(batch, registry, day)
    left_out += members.place_all(draft.memberships, groups, pupil_ids)
    left_out += members.fill_joint_groups()
    days = (day, year.last_day)
    teachings = Teachings(batch, registry, days, order, gives_loads=gives_loads)
    left_out += teachings.give_all(draft.teachings, groups, staff_ids)
    return RosterResult(
        pupil_ids=pupil_ids,
        guardian_ids=admission.guardian_ids,
        staff_ids=staff_ids,
        class_ids=class_ids,
        group_ids=registry.whole_ids(class_ids)
        | {name: ref.id for name, ref in groups.items() if ref is not None},
        joined=admission.joined,
        not_taken=(*draft.not_taken, *left_out),
        school=with_staff(registry.school(), draft.staff, staff_ids),
    )

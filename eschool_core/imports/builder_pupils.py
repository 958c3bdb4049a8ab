"""Pupils and guardians of a roster: admitted, or joined with those the school has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from eschool_core.calendar import day_number
from eschool_core.commands.guardians import MAX_GUARDIANS, AddGuardian
from eschool_core.commands.people import ROWS_BEFORE_GUARDIANS, AdmitPupil, guardian_ids
from eschool_core.imports.builder import CommandBatch, make, take_for
from eschool_core.imports.builder_existing import PupilRef
from eschool_core.imports.builder_groups import Registry
from eschool_core.imports.drafts import GuardianDraft, NotTaken, PupilDraft

NOT_BORN = "import.pupil_not_born"
UNKNOWN_CLASS = "import.pupil_unknown_class"


class Admission:
    """Admits the pupils of one roster.

    Attributes:
        guardian_ids: By key, of all pupils so far.
        joined: Pupils that the school had already.
    """

    def __init__(self, batch: CommandBatch, registry: Registry, first_day: int, order: str) -> None:
        self._batch = batch
        self._registry = registry
        self._first_day = first_day
        self._order = order
        self._journals_of = Counter(group_id for group_id, _ in registry.journals)
        self._namesakes = {key: list(refs) for key, refs in registry.pupils.items()}
        self.guardian_ids: dict[str, int] = {}
        self.joined = 0

    def admit_all(self, pupils: Iterable[PupilDraft]) -> tuple[dict[str, int], list[NotTaken]]:
        """Return the id of each pupil by key, and those who cannot be admitted.

        Raises:
            InputError: A name is longer than the school takes.
        """
        ids: dict[str, int] = {}
        left_out: list[NotTaken] = []
        for pupil in pupils:
            class_id = self._registry.class_of(pupil.class_name)
            if class_id is None:
                left_out.append(NotTaken(pupil.key, UNKNOWN_CLASS))
                continue
            if _birth_day(pupil) >= self._first_day:
                left_out.append(NotTaken(pupil.key, NOT_BORN))
                continue
            known = self._same_pupil(class_id, pupil)
            if known is None:
                ids[pupil.key] = self._admit(class_id, pupil)
            else:
                self.joined += 1
                ids[pupil.key] = known.id
                self._add_guardians(known, pupil)
        return ids, left_out

    def _same_pupil(self, class_id: int, pupil: PupilDraft) -> PupilRef | None:
        """Return the pupil whom the school has, each one once."""
        namesakes = self._namesakes.get((class_id, pupil.name), [])
        birth_day = _birth_day(pupil)
        same = [ref for ref in namesakes if birth_day and ref.birth_day == birth_day] or [
            ref for ref in namesakes if not (birth_day and ref.birth_day)
        ]
        if not same:
            return None
        namesakes.remove(same[0])
        return same[0]

    def _admit(self, class_id: int, pupil: PupilDraft) -> int:
        guardians = _distinct(pupil.guardians)
        command = make(
            AdmitPupil,
            pupil.key,
            family=pupil.name.family,
            given=pupil.name.given,
            patronymic=pupil.name.patronymic,
            class_id=class_id,
            first_day=self._first_day,
            order=self._order,
            birth_day=_birth_day(pupil),
            sex=pupil.sex or 0,
            guardians=tuple(self._entry(each) for each in guardians[:MAX_GUARDIANS]),
        )
        lines = sum(
            1 + self._journals_of[ref.id] for ref in self._registry.whole_groups_of(class_id)
        )
        rows = ROWS_BEFORE_GUARDIANS + 2 * len(command.guardians) + lines
        pupil_id = self._batch.add(command, take_for(rows))
        made = zip(guardians, guardian_ids(command, pupil_id), strict=False)
        self.guardian_ids.update((guardian.key, one) for guardian, one in made)
        for guardian in guardians[MAX_GUARDIANS:]:
            self._add_guardian(pupil_id, guardian)
        names = {guardian.name: self.guardian_ids[guardian.key] for guardian in guardians}
        self._registry.admit(pupil.name, PupilRef(pupil_id, class_id, _birth_day(pupil), names))
        return pupil_id

    def _add_guardians(self, known: PupilRef, pupil: PupilDraft) -> None:
        """Add those guardians whom a pupil of the school does not have yet."""
        for guardian in _distinct(pupil.guardians):
            if guardian.name in known.guardians:
                self.guardian_ids.setdefault(guardian.key, known.guardians[guardian.name])
            elif self.guardian_ids.get(guardian.key) not in known.guardians.values():
                self._add_guardian(known.id, guardian)

    def _add_guardian(self, pupil_id: int, guardian: GuardianDraft) -> None:
        command = make(
            AddGuardian,
            "",
            pupil_id=pupil_id,
            guardian=self._entry(guardian),
            first_day=self._first_day,
            ground=self._order,
        )
        main_id = self._batch.add(command)
        self.guardian_ids.setdefault(guardian.key, main_id)

    def _entry(self, guardian: GuardianDraft) -> dict[str, object]:
        """Return the fields of ``GuardianEntry``, to be checked with the command's own."""
        return {
            "guardian_id": self.guardian_ids.get(guardian.key, 0),
            "family": guardian.name.family,
            "given": guardian.name.given,
            "patronymic": guardian.name.patronymic,
            "relation": guardian.relation,
            "phone": guardian.phone,
        }


def _birth_day(pupil: PupilDraft) -> int:
    """Return the day number; 0 for none and for dates that the school's calendar has not."""
    return 0 if pupil.birth_date is None else max(0, day_number(pupil.birth_date))


def _distinct(guardians: Iterable[GuardianDraft]) -> list[GuardianDraft]:
    return list({guardian.key: guardian for guardian in guardians}.values())

"""Which groups of a timetable may be taught at the same time.

A draft does not say which parts of a class have no pupil in common, so one rule decides it here,
for the placement and for the sample roster alike:

* Groups without a common class never clash.
* Groups with a common class clash when one of them is made of whole classes.
* Part groups with a common class belong to one *split set*, and may run at the same time, when
  they are taught the same subject (a pupil takes it in one group only) or when the draft itself
  starts two of their activities at overlapping times. The relation is carried on: if A goes with
  B and B goes with C, then A goes with C. All other part groups of a class clash.

The rule is safe for a roster that gives no pupil two groups of one split set, as
``people.sample_roster`` does. It is a guess about any other roster.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from eschool_core.imports.drafts import TimetableDraft


def split_sets(draft: TimetableDraft) -> tuple[tuple[str, ...], ...]:
    """Return the sets of part groups that share no pupil, in the order of the draft.

    Every part group is in exactly one set; a part group that goes with no other is alone.
    """
    parts = [group for group in draft.groups if not group.whole]
    parent = {group.name: group.name for group in parts}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    classes = {group.name: group.classes for group in parts}
    for cohort in _cohorts(draft):
        first_of_class: dict[str, str] = {}
        for name in cohort:
            for class_name in classes.get(name, ()):
                parent[root(name)] = root(first_of_class.setdefault(class_name, name))
    sets: defaultdict[str, list[str]] = defaultdict(list)
    for group in parts:
        sets[root(group.name)].append(group.name)
    return tuple(tuple(names) for names in sets.values())


@dataclass(frozen=True, slots=True)
class GroupRule:
    """Tells which groups clash.

    Attributes:
        classes: By group; a group that is not listed clashes with itself alone.
        set_of: Number of the split set, for part groups only.
    """

    classes: Mapping[str, tuple[str, ...]]
    set_of: Mapping[str, int]

    def clash(self, one: str, other: str) -> bool:
        """Tell whether two groups, or one group twice, cannot run at the same time."""
        if one == other:
            return True
        if one in self.set_of and self.set_of[one] == self.set_of.get(other):
            return False
        return not set(self.classes.get(one, ())).isdisjoint(self.classes.get(other, ()))


def group_rule(draft: TimetableDraft) -> GroupRule:
    """Return the rule for the groups of a draft."""
    return GroupRule(
        {group.name: group.classes for group in draft.groups},
        {name: number for number, names in enumerate(split_sets(draft)) for name in names},
    )


def _cohorts(draft: TimetableDraft) -> Iterator[Iterable[str]]:
    """Yield the groups of each subject, then those of a class whose activities overlap in time."""
    of_subject: defaultdict[str, dict[str, None]] = defaultdict(dict)
    running: defaultdict[tuple[str, int, int, int], dict[int, tuple[str, ...]]] = defaultdict(dict)
    parts = {group.name: group.classes for group in draft.groups if not group.whole}
    for position, activity in enumerate(draft.activities):
        of_subject[activity.subject].update(dict.fromkeys(activity.groups))
        start = activity.start
        if start is None:
            continue
        for class_name in {item for name in activity.groups for item in parts.get(name, ())}:
            here = tuple(name for name in activity.groups if class_name in parts.get(name, ()))
            for period in range(start.period, start.period + activity.duration):
                running[class_name, start.week, start.weekday, period][position] = here
    yield from of_subject.values()
    for together in running.values():
        if len(together) > 1:
            yield [name for names in together.values() for name in names]

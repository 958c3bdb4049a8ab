"""1.2: a backup that was verified by restoring, every so many days (policy)."""

from __future__ import annotations

from collections.abc import Iterator

from eschool_core import calendar
from eschool_core.commands import facts
from eschool_core.domain.backups import BackupRecord
from eschool_core.domain.enums import Role
from eschool_core.queries.duties.duty import Done, Duty
from eschool_core.queries.duties.view import View


def backup_duties(view: View) -> Iterator[Duty]:
    """Yield the duty of the next verified backup, and the last one that was kept.

    It is due ``backup_period_days`` after the day on which the last verified backup was made;
    in a school that has none, after the first day of the year.
    """
    year = view.year
    if year is None:
        return
    days = facts.policy_number(view.store, "backup_period_days", view.day)
    known = [entry for entry in view.store.select(BackupRecord) if entry.recorded_at <= view.moment]
    last = max(known, key=lambda entry: (entry.made_at, entry.id), default=None)
    begun = year.first_day
    if last is not None:
        begun = calendar.local_day(last.made_at, view.zone)
        done = Done(last.recorded_at, last.recorded_by_id)
        yield _duty(view, begun + days, days, f"done:{last.id}", done)
    if view.day >= begun:
        due = begun + days
        yield _duty(view, due, days, calendar.date_of(due).isoformat(), None)


def _duty(view: View, last_day: int, days: int, name: str, done: Done | None) -> Duty:
    owner = view.holder(Role.SYSTEM_OFFICER, last_day)
    return view.duty("1.2", f"backup:{name}", owner, last_day, {"days": days}, done=done)

"""The portal: what a session may do, and everybody's own way of looking after it (§7).

Everything here is called by threads of requests and takes the school's turn only for the moment
in which it reads or writes. What shuts access (a block, a dismissal, a breach) is a fact of the
school's log: each request compares it with the beginning of its session, so it works at once and
in every process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from eschool_core.app import Outcome
from eschool_core.commands import facts
from eschool_core.commands.base import Command
from eschool_core.commands.breach import AcknowledgeDuties, ReportBreach
from eschool_core.commands.files import AttachFile
from eschool_core.domain.enums import Role, Verdict
from eschool_core.domain.files import LessonFile
from eschool_core.domain.school import Appointment, Staff
from eschool_core.errors import AccessError
from eschool_core.reports.frame import FamilyWeek
from eschool_core.store.store import Store
from eschool_sync.history.proof import Proof
from eschool_sync.server.answers import Scope
from eschool_sync.server.audit import report
from eschool_sync.server.contacts import family_weeks
from eschool_sync.server.door import Door
from eschool_sync.server.file_bytes import keep_whole, read_whole
from eschool_sync.server.files import full_disk, visible_file
from eschool_sync.server.passwords import check_new_password
from eschool_sync.server.proving import proof_for
from eschool_sync.server.restoring import require_open as require_school_open
from eschool_sync.server.sessions import FAMILY, STAFF, SessionRow
from eschool_sync.server.standing import (
    Stage,
    Visit,
    blocked_at,
    known_of,
    may_enter,
    seconds_of,
    stage_of,
)
from eschool_sync.server.usage import last_seen

T = TypeVar("T")

PAGE_KEY: Final = b"eschool/portal/unsaved/"
KEY_BYTES: Final = 32

FRESH_SECONDS: Final = 5 * 60
"""A weighty act asks for a password typed at most so long ago."""

WEIGHTY: Final = frozenset(
    {
        "appoint", "end_appointment", "issue_slip", "grant_access", "dismiss_staff",
        "hand_over_class", "end_guardianship", "add_guardian", "hire_staff", "block_access",
        "set_policy",
    }
)  # fmt: skip
"""Kinds of commands that change who may what: a session left open must not give them away."""


class Portal(Door):
    """One school's portal; see ``Door`` for how a session begins."""

    def log_out(self, token: str) -> None:
        """End the session; a token that opens nothing is no error."""
        with self._school.turn:
            session = self._sessions.find(token)
            if session is not None:
                self._sessions.end(session.person_id, session.id)

    def visit(self, token: str, *, quiet: bool = False) -> Visit:
        """Return the session that a token opens, whatever it still has to do.

        Args:
            token: Of the session.
            quiet: Asked by a page on its own: no sign that somebody is there.

        Raises:
            AccessError: ``access.session``: it is over, or its person has no access any more.
        """
        now = self._clock.wall()
        with self._school.turn:
            session = self._sessions.find(token)
            if session is None:
                raise AccessError("access.session")
            is_staff = self._store.get(Staff, session.person_id) is not None
            limits = STAFF if is_staff else FAMILY
            shut = blocked_at(self._store, session.person_id) >= session.created_at
            is_out = shut or not may_enter(self._store, session.person_id)
            if is_out or session.is_over(limits, now):
                self._sessions.end(session.person_id, session.id)
                raise AccessError("access.session")
            report(person=session.person_id)
            account = self._accounts.find(session.person_id)
            stage = stage_of(self._store, session, account, now)
            if stage is not Stage.LOCKED:
                if not quiet:
                    self._sessions.touch(session, now)
                    self._school.contacts.hear(session.person_id, now)
            elif not session.locked:
                self._sessions.lock(session.id)
            return Visit(session, stage, is_staff)

    def require_open(self, token: str, *, quiet: bool = False) -> Visit:
        """Return a session that may see data.

        Raises:
            AccessError: ``access.session``; ``access.stage``: something comes first.
        """
        visit = self.visit(token, quiet=quiet)
        if visit.stage is not Stage.OPEN:
            raise AccessError("access.stage", stage=visit.stage.value)
        return visit

    def require_fresh(self, token: str) -> Visit:
        """Return an open session in which the password was typed a moment ago.

        Raises:
            AccessError: As ``require_open``; ``access.prove``.
        """
        visit = self.require_open(token)
        if self._clock.wall() - visit.session.proved_at > FRESH_SECONDS:
            raise AccessError("access.prove")
        return visit

    def act(self, token: str, command: Command) -> Outcome:
        """Give a command as the session's person; the server attests it (§7).

        Raises:
            AccessError: As ``require_open``; for a weighty one as ``require_fresh``.
        """
        weighty = command.kind in WEIGHTY
        visit = self.require_fresh(token) if weighty else self.require_open(token)
        return self._school.act(command, visit.person_id)

    def act_together(
        self, token: str, commands: Sequence[Command]
    ) -> tuple[list[int], list[Outcome]]:
        """Give commands that stand or fall together, none of them weighty.

        Returns:
            The id of the first row that each command makes, and what became of it.

        Raises:
            AccessError: As ``require_open``.
        """
        assert not any(command.kind in WEIGHTY for command in commands)
        return self._school.act_together(commands, self.require_open(token).person_id)

    def lock(self, token: str) -> None:
        """Ask for the password before anything else (4.5.7)."""
        visit = self.visit(token)
        with self._school.turn:
            self._sessions.lock(visit.session.id)

    def prove(self, token: str, password: str, source: str) -> None:
        """Note that the person is still there; a locked session goes on.

        Raises:
            AccessError: ``access.session``, ``access.login``.
            BusyError: ``busy.guesses``.
        """
        visit = self.visit(token)
        self._compare(visit.person_id, password, source)
        with self._school.turn:
            self._sessions.prove(visit.session.id, self._clock.wall())

    def change_password(self, token: str, old: str, new: str, source: str) -> None:
        """Replace the password; every other session ends.

        Raises:
            AccessError: ``access.session``, ``access.stage``, ``access.login``.
            InputError: The new password cannot be taken.
        """
        visit = self.require_open(token)
        self._compare(visit.person_id, old, source)
        with self._school.turn:
            about = known_of(self._store, visit.person_id)
        check_new_password(new, about)
        hashed = self._passwords.hashed(new)
        with self._school.turn:
            self._accounts.change(visit.person_id, hashed, self._clock.wall())
            self._sessions.end_all(visit.person_id, but=visit.session.id)

    def acknowledge(self, token: str) -> None:
        """Take on the duties of a user (3.2).

        Raises:
            AccessError: ``access.session``.
        """
        visit = self.visit(token)
        self._school.act(AcknowledgeDuties(), visit.person_id)

    def report_breach(self, token: str, command: ReportBreach) -> Outcome:
        """Tell of a leak (6.3): also from a session that still has something to do.

        Raises:
            AccessError: ``access.session``.
        """
        return self._school.act(command, self.visit(token).person_id)

    def offer_factor(self, token: str) -> str:
        """Return the address of a new authenticator secret, told once.

        Raises:
            AccessError: ``access.session``.
            InputError: ``input.factor_exists``.
        """
        visit = self.visit(token)
        with self._school.turn:
            return self._accounts.offer_factor(visit.person_id)

    def show_factor(self, token: str, code: str, source: str, browser: str = "") -> str:
        """Take a code of the authenticator; return the token of the browser, known from now on.

        Raises:
            AccessError: ``access.session``, ``access.factor``.
            BusyError: ``busy.guesses``.
        """
        visit = self.visit(token)
        self._use_code(visit.person_id, visit.session.id, code, source)
        now = self._clock.wall()
        return self._meet(visit.person_id, browser, now, is_staff=visit.is_staff)

    def sessions(self, token: str, person_id: int = 0) -> list[SessionRow]:
        """Return own sessions, or those of somebody whom one looks after.

        Raises:
            AccessError: As ``require_open``; ``access.denied`` for anybody else's.
        """
        visit = self.require_open(token)
        with self._school.turn:
            return self._sessions.of_person(self._subject(visit, person_id))

    def end_session(self, token: str, session_id: int, person_id: int = 0) -> None:
        """End one session, or with 0 every one; of oneself or of somebody one looks after.

        Raises:
            AccessError: As ``sessions``.
        """
        visit = self.require_open(token)
        with self._school.turn:
            subject = self._subject(visit, person_id)
            if session_id:
                self._sessions.end(subject, session_id)
            else:
                self._sessions.end_all(subject)

    def device_code(self, token: str) -> str:
        """Return a code of ten minutes with which the person enrols a device (§7).

        Raises:
            AccessError: As ``require_fresh``.
        """
        visit = self.require_fresh(token)
        return self._school.issue_code(visit.person_id)

    def device_use(self, token: str) -> dict[int, int]:
        """Return when each device last asked, seconds UTC by number.

        Raises:
            AccessError: As ``require_open``.
        """
        self.require_open(token)
        with self._school.turn:
            return self._school.contacts.devices.last()

    def read(self, token: str, question: Callable[[Store, int], T]) -> T:
        """Return what a query finds for the session's person, in the school's turn.

        Args:
            token: Of an open session.
            question: Gets the school's whole store and the person; it shows what that person
                may see.

        Raises:
            AccessError: As ``require_open``.
        """
        visit = self.require_open(token)
        with self._school.turn:
            return question(self._store, visit.person_id)

    def seen_by(self, visit: Visit) -> Scope:
        """Return what the person of an open session may see, on the day that it is.

        Raises:
            BusyError: ``busy.restored``, ``busy.collecting``.
        """
        with self._school.turn:
            self._school.look_again()
            require_school_open(self._school)
            self._school.turn_days()
            return self._school.scope(visit.person_id)

    def standing(self) -> tuple[int, int]:
        """Return the school's number of commands, and the time."""
        with self._school.turn:
            return self._school.head().seq, self._clock.wall()

    def last_seen(self) -> dict[int, int]:
        """Return when each person was last heard of, seconds UTC; for reports, which narrow it."""
        with self._school.turn:
            return last_seen(self._store)

    def family_weeks(self) -> list[FamilyWeek]:
        """Return how many families were in touch by week and class; for reports, as above."""
        with self._school.turn:
            return family_weeks(self._store, self._clock.wall())

    def proof_for(self, visit: Visit, table: int, row_id: int) -> Proof:
        """Return the proof of what stands in a cell that the person may see.

        Raises:
            InputError: ``proof.none``.
        """
        with self._school.turn:
            return proof_for(self._school, visit.person_id, table, row_id)

    def file_for(self, visit: Visit, file_id: int) -> tuple[LessonFile, bytes]:
        """Return a file whose row the person may see, and its bytes.

        Raises:
            InputError: ``file.none``, ``file.waiting``.
            DamageError: ``damage.file``.
        """
        with self._school.turn:
            row = visible_file(self._school, visit.person_id, file_id)
            return row, read_whole(self._school.database, row)

    def attach(self, token: str, given: AttachFile, content: bytes) -> Outcome:
        """Give a file with its bytes as the session's person.

        Args:
            token: Of an open session.
            given: Made from ``content`` (``file_of``).
            content: Kept if the command stands.

        Raises:
            AccessError: As ``require_open``.
            BusyError: ``busy.database``: the disk is full; the row stands, give the file again.
        """
        visit = self.require_open(token)
        with self._school.turn:
            outcome = self._school.act(given, visit.person_id)
            if outcome.verdict in (Verdict.ACCEPTED, Verdict.WITH_FINDINGS):
                content_hash = bytes.fromhex(given.content_hash)
                [row] = self._store.select(LessonFile, lesson_id=given.lesson_id, hash=content_hash)
                with full_disk():
                    keep_whole(self._school.database, row, content)
            return outcome

    def idle_seconds(self) -> int:
        """Return after how long without a sign of its person a session of staff locks (4.5.7)."""
        with self._school.turn:
            return seconds_of(self._store, "idle_lock_minutes")

    @property
    def school_key(self) -> bytes:
        """The school's public key."""
        return self._school.public_key

    def page_key(self, visit: Visit) -> bytes:
        """Return the key under which the pages of a session keep what is not saved."""
        seed = bytes.fromhex(self._school.state.school_seed)
        named = PAGE_KEY + visit.session.id.to_bytes(8)
        return HKDF(SHA256(), length=KEY_BYTES, salt=None, info=named).derive(seed)

    def _subject(self, visit: Visit, person_id: int) -> int:
        """Return whose sessions are meant: one's own; the system officer's are everybody's.

        Raises:
            AccessError: ``access.denied``.
        """
        if person_id in (0, visit.person_id):
            return visit.person_id
        day = facts.school(self._store).current_day
        roles = self._store.select(Appointment, person_id=visit.person_id, role=Role.SYSTEM_OFFICER)
        if not any(entry.first_day <= day <= entry.last_day for entry in roles):
            raise AccessError("access.denied")
        return person_id

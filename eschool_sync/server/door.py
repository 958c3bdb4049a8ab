"""Coming in: the slip of the first time, login and password, the second factor (3.1, 4.7.6).

A password is compared outside the school's turn, since that takes a tenth of a second.
"""

from __future__ import annotations

from typing import NoReturn

from eschool_core.commands.access import UseSlip
from eschool_core.commands.breach import RaiseAlert
from eschool_core.domain.access_enums import AlertKind
from eschool_core.domain.office import Slip
from eschool_core.domain.school import Staff
from eschool_core.errors import AccessError
from eschool_core.ids import person_of
from eschool_core.store.store import Store
from eschool_sync.clock import Clock
from eschool_sync.security.codes import code_hash
from eschool_sync.security.random_source import Random
from eschool_sync.server.accounts import Account, Accounts
from eschool_sync.server.audit import report
from eschool_sync.server.browsers import Browsers
from eschool_sync.server.guesses import Guesses
from eschool_sync.server.passwords import Passwords, check_new_password
from eschool_sync.server.school import ServerSchool
from eschool_sync.server.sessions import Sessions
from eschool_sync.server.standing import (
    Entered,
    blocked_at,
    known_of,
    may_enter,
    seconds_of,
    stage_of,
)


class Door:
    """One school's door for people with a browser; ``Portal`` adds what a session may do.

    Args:
        school: The school.
        clock: The server's.
        random: Of tokens and secrets.
        passwords: Hashes and compares; shared by all schools of a process.
    """

    def __init__(
        self, school: ServerSchool, clock: Clock, random: Random, passwords: Passwords
    ) -> None:
        self._school = school
        self._clock = clock
        self._passwords = passwords
        seed = bytes.fromhex(school.state.school_seed)
        self._accounts = Accounts(school.database, seed, random)
        self._sessions = Sessions(school.database, random)
        self._browsers = Browsers(school.database, random)
        self._guesses = Guesses(school.database, bytes.fromhex(school.state.digest_key))

    @property
    def _store(self) -> Store:
        return self._school.store

    def first_sign_in(
        self, login: str, code: str, new_password: str, source: str, browser: str = ""
    ) -> Entered:
        """Use up a slip, choose a password, and begin a session (3.1).

        The password, a second factor and sessions from before are gone.

        Raises:
            AccessError: ``access.login``: the slip opens nothing, whatever the reason.
            InputError: The new password cannot be taken; the slip stays unused.
            BusyError: ``busy.guesses``.
        """
        now, person_id = self._clock.wall(), person_of(login)
        with self._school.turn:
            self._guesses.require(person_id, source, now, known=False)
            slip = self._school.store.first(Slip, secret_hash=bytes.fromhex(code_hash(code)))
            good = (
                slip is not None
                and slip.person_id == person_id
                and may_enter(self._store, person_id)
            )
            about = known_of(self._store, person_id) if good else ()
        if not good:
            self._fail(person_id, source, now)
        check_new_password(new_password, (login, *about))
        hashed = self._passwords.hashed(new_password)
        with self._school.turn:
            command = UseSlip(person_id=person_id, secret_hash=code_hash(code))
            if self._school.act(command).key:
                self._fail(person_id, source, now)
            self._accounts.open(person_id, hashed, now)
            self._sessions.end_all(person_id)
            self._guesses.passed(person_id, source)
            return self._enter(person_id, browser, now)

    def log_in(self, login: str, password: str, source: str, browser: str = "") -> Entered:
        """Begin a session with a new token (4.7.6).

        Raises:
            AccessError: ``access.login``: whatever of it is wrong.
            BusyError: ``busy.guesses``: too many wrong passwords; nobody is shut out for good.
        """
        now, person_id = self._clock.wall(), person_of(login)
        with self._school.turn:
            known = self._browsers.knows(browser, person_id)
            self._guesses.require(person_id, source, now, known=known)
            account = self._usable_account(person_id)
        if account is None:
            self._passwords.spend(password)
        if account is None or not self._passwords.matches(account.password, password):
            self._fail(person_id, source, now)
        renewed = (
            self._passwords.hashed(password)
            if self._passwords.is_outdated(account.password)
            else ""
        )
        with self._school.turn:
            if renewed:
                self._accounts.rehash(person_id, renewed)
            self._guesses.passed(person_id, source)
            return self._enter(person_id, browser, now)

    def _use_code(self, person_id: int, session_id: int, code: str, source: str) -> None:
        """Take a code of the authenticator for a session.

        Raises:
            AccessError: ``access.factor``.
            BusyError: ``busy.guesses``.
        """
        now = self._clock.wall()
        with self._school.turn:
            self._guesses.require(person_id, source, now, known=True)
            try:
                self._accounts.use_code(person_id, code, now)
            except AccessError:
                self._guesses.failed(person_id, source, now)
                raise
            self._sessions.show_factor(session_id, now)

    def _enter(self, person_id: int, browser: str, now: int) -> Entered:
        token = self._sessions.begin(person_id, now)
        is_staff = self._store.get(Staff, person_id) is not None
        session = self._sessions.find(token)
        assert session is not None
        report(person=person_id)
        self._school.contacts.hear(person_id, now)
        known = browser
        if not is_staff:
            # One of staff is known only after the second factor.
            known = self._meet(person_id, browser, now, is_staff=False)
        return Entered(
            token, known, stage_of(self._store, session, self._accounts.find(person_id), now)
        )

    def _meet(self, person_id: int, browser: str, now: int, *, is_staff: bool) -> str:
        """Remember the browser of a person, and alarm where it is odd (6.1)."""
        with self._school.turn:
            overlap = seconds_of(self._store, "device_overlap_minutes")
            met = self._browsers.meet(browser, person_id, now, overlap)
            if is_staff and met.is_new and met.has_others:
                kind = AlertKind.UNKNOWN_DEVICE
                self._school.act(RaiseAlert(alert_kind=kind, person_id=person_id))
            for other in met.just_used_by:
                if is_staff or self._store.get(Staff, other) is not None:
                    kind = AlertKind.SHARED_DEVICE
                    alert = RaiseAlert(alert_kind=kind, person_id=person_id, other_id=other)
                    self._school.act(alert)
        return met.token

    def _compare(self, person_id: int, password: str, source: str) -> None:
        """Let pass who types the own password.

        Raises:
            AccessError: ``access.login``.
            BusyError: ``busy.guesses``.
        """
        now = self._clock.wall()
        with self._school.turn:
            self._guesses.require(person_id, source, now, known=True)
            account = self._usable_account(person_id)
        if account is None or not self._passwords.matches(account.password, password):
            self._fail(person_id, source, now)
        with self._school.turn:
            self._guesses.passed(person_id, source)

    def _fail(self, person_id: int, source: str, now: int) -> NoReturn:
        with self._school.turn:
            self._guesses.failed(person_id, source, now)
        raise AccessError("access.login")

    def _usable_account(self, person_id: int) -> Account | None:
        """Return an account that opens: with a password younger than the last block."""
        account = self._accounts.find(person_id)
        if account is None or not may_enter(self._store, person_id):
            return None
        return None if blocked_at(self._store, person_id) >= account.set_at else account

"""One small school with somebody of every kind in it, and something for every command to act on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import msgpack

from eschool_core.commands.access import (
    BranchDevice,
    EnrolDevice,
    IssueSlip,
    ReadmitDevice,
    RevokeDevice,
    UseSlip,
)
from eschool_core.commands.acts import RegisterAct, RevokeAct
from eschool_core.commands.base import Command, Occasion
from eschool_core.commands.catalogue import fields_of
from eschool_core.commands.control import WaiveFinding
from eschool_core.commands.credentials import HandOutSlip
from eschool_core.commands.feeds import OpenFeed, RevokeFeed
from eschool_core.commands.grants import EndGrant, GrantAccess
from eschool_core.commands.held import ApplyHeld, Content, DeclineHeld, keep_held
from eschool_core.commands.journals import EndSubstitution, RecordSubstitution
from eschool_core.commands.outages import SettleTimeliness
from eschool_core.commands.privacy import RecordConsent, WithdrawConsent
from eschool_core.commands.school import SetPolicy, TurnDay
from eschool_core.domain.access_enums import GrantKind
from eschool_core.domain.enums import Role, SubstitutionKind
from eschool_core.domain.office import FindingRecord
from eschool_core.domain.partition import SCHOOL
from eschool_core.domain.results import TermClosing
from eschool_core.domain.review import HeldCommand
from eschool_core.domain.school import Substitution, Term
from eschool_core.ids import MAX_NUMBER, make_id
from eschool_core.regulation import checks
from eschool_core.regulation.interval import Interval
from eschool_core.store.database import transaction
from tests.core.commands.access_samples import SECRET_HASH
from tests.core.commands.acts import homework, topic
from tests.core.commands.samples import samples
from tests.matrix.import_stage import of_imports
from tests.matrix.inspection_stage import of_inspections
from tests.matrix.life import of_life
from tests.matrix.results_stage import of_results
from tests.school import FIRST_DAY, MONDAY, SmallSchool, built_school, clock

COLUMNS = (
    "head studies upbringing safety facilities hr officer "
    "maths english physics russian primary "
    "pupil classmate stranger_pupil guardian class_guardian stranger_guardian "
    "acting acted nobody foreigner server"
).split()
"""Actors in the order of the tables' columns."""

FOREIGNER = make_id(60_000, 1)
"""A person of another school: no row of this one names the id."""

ABSENT = make_id(59_999, MAX_NUMBER)
"""An id that no row of the school has."""

GROUPS = (7, 3, 2, 3, 3, 2, 2, 1)
TEACHER_OWN, TEACHER_CLASS, TEACHER_OTHER = "maths", "english", "physics"

Commands = dict[str, Command]


@dataclass
class Stage:
    """The school and its actors by column."""

    school: SmallSchool
    actors: dict[str, int]
    commands: Commands


def build() -> Stage:
    """Build the school, on Monday at noon."""
    school = built_school()
    for name, role in (
        ("upbringing", Role.DEPUTY_UPBRINGING),
        ("safety", Role.DEPUTY_SAFETY),
        ("facilities", Role.DEPUTY_FACILITIES),
    ):
        school.add_staff(name, role)
    for name, first, last in (("acting", MONDAY, MONDAY + 5), ("acted", MONDAY - 5, MONDAY - 1)):
        school.add_staff(name)
        school.appoint(name, Role.HEAD, first_day=first, last_day=last, acting=1, act="12-к")
    school.staff["studies"] = school.staff["deputy"]
    school.must(TurnDay(day=MONDAY))
    return Stage(school, _actors(school), _commands(school))


def _actors(school: SmallSchool) -> dict[str, int]:
    _, pupil, _, classmate = school.pupils["5А"]
    stranger = school.pupils["5Б"][0]
    actors = {name: school.staff[name] for name in COLUMNS if name in school.staff}
    return actors | {
        "pupil": pupil,
        "classmate": classmate,
        "stranger_pupil": stranger,
        "guardian": school.guardian(pupil),
        "class_guardian": school.guardian(classmate),
        "stranger_guardian": school.guardian(stranger),
        "foreigner": FOREIGNER,
        "server": 0,
    }


def _commands(school: SmallSchool) -> Commands:
    """Return a command for every line of the table, which the right person can give now.

    The samples that fit any school name objects that are not there; those get them here. A new
    command needs no line as long as its sample can be carried out on the built school.
    """
    tomorrow: Commands = {"turn_day": TurnDay(day=MONDAY + 1)}
    listed = samples(school) | tomorrow | _of_acts(school) | _of_access(school) | of_imports(school)
    return (
        listed | _of_control(school) | of_results(school) | of_inspections(school) | of_life(school)
    )


def _of_acts(school: SmallSchool) -> Commands:
    act = RegisterAct(
        title="Учебный план", act_number="1-у", act_day=FIRST_DAY, first_day=FIRST_DAY
    )
    act_id = school.must(act, "deputy")
    return {
        "set_policy": SetPolicy(name="plan_weeks", value="33", first_day=FIRST_DAY, act="1-у"),
        "revoke_act": RevokeAct(act_id=act_id, last_day=MONDAY),
    }


def _of_access(school: SmallSchool) -> Commands:
    staff, pupil = school.staff["maths"], school.pupils["5А"][1]
    expires = clock(MONDAY + 3, 12)

    def slip(person: int, digit: str, **fields: int) -> IssueSlip:
        return IssueSlip(person_id=person, secret_hash=digit * 64, expires_at=expires, **fields)

    school.must(slip(staff, "1"), "officer")
    enrol = EnrolDevice(
        person_id=staff, secret_hash="1" * 64, device=9, public_key=SECRET_HASH, label="ПК"
    )
    school.must(enrol)
    of_staff = school.must(slip(staff, "2"), "officer")
    of_pupil = school.must(slip(pupil, "4"), "russian")
    grant = GrantAccess(
        person_id=school.staff["nobody"],
        grant_kind=GrantKind.SCHOOL_CLASS,
        object_id=school.classes["10Б"],
        first_day=MONDAY,
        last_day=MONDAY,
        reason="Проверка",
    )
    classmate = school.pupils["5А"][3]
    consent = RecordConsent(
        pupil_id=classmate,
        given_by_id=school.guardian(classmate),
        first_day=FIRST_DAY,
        document="С-6",
    )
    consent_id = school.must(consent, "officer")
    feed = OpenFeed(secret_hash="7" * 64)
    feed_id = school.must(feed, "maths")
    return {
        "open_feed/ward": OpenFeed(secret_hash="8" * 64, pupil_id=pupil),
        "revoke_feed": RevokeFeed(feed_id=feed_id),
        "readmit_device": ReadmitDevice(person_id=staff, device=11, public_key=SECRET_HASH),
        "branch_device": BranchDevice(
            person_id=staff, device=12, public_key=SECRET_HASH, origin=9, first_number=1
        ),
        "enrol_device": enrol.model_copy(update={"secret_hash": "2" * 64, "device": 10}),
        "revoke_device": RevokeDevice(device=9),
        "issue_slip/staff": slip(school.staff["english"], "3"),
        "issue_slip/batch": slip(pupil, "5", class_id=school.classes["5А"]),
        "hand_out_slip": HandOutSlip(slip_id=of_pupil),
        "hand_out_slip/staff": HandOutSlip(slip_id=of_staff),
        "use_slip": UseSlip(person_id=pupil, secret_hash="4" * 64),
        "withdraw_consent": WithdrawConsent(consent_id=consent_id, last_day=MONDAY, document="З-3"),
        "end_grant": EndGrant(grant_id=school.must(grant, "officer")),
    }


def _held(school: SmallSchool, command: Command) -> int:
    """Keep a command of the mathematics teacher for review; return the row's id."""
    moment = Interval.at(clock(MONDAY, 12))
    occasion = Occasion(school.staff["maths"], 76, 1, school.seq, moment)
    content = Content(command.kind, command.version, msgpack.packb(fields_of(command)))
    with transaction(school.database):
        keep_held(school.store, occasion, content, "command.failed", {})
        school.ledger.flush()
    return school.one(HeldCommand).id


def _of_control(school: SmallSchool) -> Commands:
    late = clock(MONDAY, 15, 1)
    lesson = school.lesson("5Б", "Математика")
    school.must(homework(lesson), "maths", at=late)
    substitution = RecordSubstitution(
        journal_id=school.journals["5Б", "Математика"],
        absent_id=school.staff["maths"],
        substitute_id=school.staff["substitute"],
        substitution_kind=SubstitutionKind.ACTING,
        first_day=MONDAY,
        last_day=MONDAY + 1,
        act="Приказ 6",
    )
    school.must(substitution, "deputy")
    russian = school.lesson("5А", "Русский язык")
    doubtful = Interval(clock(MONDAY, 8), clock(MONDAY, 19), None, clock(MONDAY, 10))
    school.must(homework(russian), "russian", at=doubtful)
    undetermined = school.one(FindingRecord, check_id=checks.HOMEWORK_UNDETERMINED.id)
    held = _held(school, topic(school.lesson("5А", "Математика")))
    return {
        "settle_timeliness": SettleTimeliness(
            finding_id=undetermined.id, in_time=1, reason="Акт 1"
        ),
        "apply_held": ApplyHeld(held_id=held, reason="Акт 1"),
        "decline_held": DeclineHeld(held_id=held, reason="Акт 1"),
        "waive_finding": WaiveFinding(finding_id=school.all(FindingRecord)[0].id, reason="Акт 1"),
        "end_substitution": EndSubstitution(
            substitution_id=school.one(Substitution).id, last_day=MONDAY
        ),
    }


def close_every_term(built: Stage, class_name: str) -> None:
    """Close every term for a class."""
    school = built.school
    for number, term in enumerate(school.all(Term)):
        school.store.put(
            TermClosing(
                id=make_id(56_001, number),
                part=SCHOOL,
                year_id=school.year,
                term_id=term.id,
                class_id=school.classes[class_name],
                closed_at=school.now,
                closed_by_id=school.staff["deputy"],
            )
        )


@contextmanager
def taken_back(built: Stage) -> Iterator[None]:
    """Take back what the block writes."""
    database = built.school.database
    database.execute("BEGIN")
    try:
        yield
    finally:
        database.execute("ROLLBACK")
        built.school.ledger.forget()

"""Samples of the chain of credentials; see ``samples``."""

from __future__ import annotations

from eschool_core.commands.access import (
    BranchDevice,
    EnrolDevice,
    IssueSlip,
    ReadmitDevice,
    RevokeDevice,
    UseSlip,
)
from eschool_core.commands.base import Command
from eschool_core.commands.breach import AcknowledgeDuties, RaiseAlert, ReportBreach
from eschool_core.commands.channels import SetChannel
from eschool_core.commands.credentials import BlockAccess, HandOutSlip, HandOverClass
from eschool_core.commands.feeds import OpenFeed, RevokeFeed
from eschool_core.commands.grants import DismissStaff, EndGrant, GrantAccess
from eschool_core.commands.privacy import NoteRead, RecordConsent, WithdrawConsent
from eschool_core.domain.access_enums import AlertKind, BreachKind, GrantKind
from tests.school import MONDAY, SmallSchool, clock

SECRET_HASH = "0123456789abcdef" * 4


def access_samples(school: SmallSchool) -> list[Command]:
    """Return the samples."""
    pupil, journal = school.pupils["5А"][1], school.journals["5А", "Математика"]
    return [
        IssueSlip(person_id=pupil, secret_hash=SECRET_HASH, expires_at=clock(MONDAY + 3, 12)),
        HandOutSlip(slip_id=1),
        UseSlip(person_id=pupil, secret_hash=SECRET_HASH),
        BlockAccess(person_id=pupil, note="потерян бланк"),
        ReadmitDevice(person_id=school.staff["maths"], device=12, public_key=SECRET_HASH),
        BranchDevice(
            person_id=school.staff["maths"],
            device=13,
            public_key=SECRET_HASH,
            origin=9,
            first_number=4,
        ),
        EnrolDevice(
            person_id=pupil, secret_hash=SECRET_HASH, device=99, public_key=SECRET_HASH, label="ПК"
        ),
        RevokeDevice(device=9),
        GrantAccess(
            person_id=school.staff["nobody"],
            grant_kind=GrantKind.JOURNAL,
            object_id=journal,
            first_day=MONDAY,
            last_day=MONDAY + 6,
            reason="Посещение уроков",
        ),
        EndGrant(grant_id=1),
        DismissStaff(person_id=school.staff["substitute"], last_day=MONDAY + 30, order="9-к"),
        HandOverClass(
            class_id=school.classes["5А"], to_id=school.staff["physics"], day=MONDAY, act="10-к"
        ),
        AcknowledgeDuties(),
        ReportBreach(breach_kind=BreachKind.PASSWORD, learned_day=MONDAY, text="Пароль увидели"),
        NoteRead(pupil_id=pupil),
        RecordConsent(
            pupil_id=pupil,
            given_by_id=school.guardian(pupil),
            first_day=MONDAY,
            document="С-7",
        ),
        WithdrawConsent(consent_id=1, last_day=MONDAY, document="З-3"),
        OpenFeed(secret_hash=SECRET_HASH),
        RevokeFeed(feed_id=1),
        SetChannel(service="email", address="ivanova@example.org"),
        RaiseAlert(alert_kind=AlertKind.UNKNOWN_DEVICE, person_id=school.staff["maths"]),
    ]

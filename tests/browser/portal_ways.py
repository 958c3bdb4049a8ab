"""Which pages at the server each role sees, for the tests that walk through all of them."""

from __future__ import annotations

from typing import Final

WAYS: Final[dict[str, tuple[str, ...]]] = {
    "guardian": (
        "/diary",
        "/diary/{pupil}",
        "/diary/{pupil}/results",
        "/diary/{pupil}/mark/{marked}",
        "/diary/{pupil}/proof/{marked}",
        "/messages",
        "/messages/{thread}",
        "/messages/new",
        "/inbox",
        "/access",
        "/feeds",
        "/help",
    ),
    "pupil": ("/diary/{pupil}", "/diary/{pupil}/results", "/messages/new", "/access"),
    "teacher": (
        "/messages/new",
        "/journal/{journal}?lesson={lesson}",
        "/today",
        "/journals",
        "/duties",
        "/inbox",
    ),
    "class_teacher": ("/class/{school_class}", "/reports"),
    "deputy": ("/control", "/report?name=movement", "/report?name=family_weeks&section=control"),
    "officer": ("/officer",),
}

"""Which pages at the server each role sees, for the tests that walk through all of them."""

from __future__ import annotations

from typing import Final

WAYS: Final[dict[str, tuple[str, ...]]] = {
    "guardian": ("/diary", "/diary/{pupil}", "/inbox", "/access"),
    "pupil": ("/diary/{pupil}", "/access"),
    "teacher": ("/journal/{journal}?lesson={lesson}", "/today", "/journals", "/duties", "/inbox"),
    "class_teacher": ("/class/{school_class}", "/reports"),
    "deputy": ("/control", "/report?name=movement"),
    "officer": ("/officer",),
}

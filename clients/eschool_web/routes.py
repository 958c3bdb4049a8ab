"""Every address behind the lock, and the view that answers it."""

from __future__ import annotations

from typing import Final

from eschool_web.asking import View
from eschool_web.views import (
    archive,
    bundle,
    class_changes,
    class_families,
    concerns,
    control,
    devices,
    diary,
    doing,
    duties,
    feeds,
    files,
    forecast,
    helping,
    history,
    importing,
    inbox,
    inspections,
    journal,
    matrix,
    messages,
    officer,
    own_groups,
    people,
    policy,
    printing,
    privacy,
    pupil,
    reports,
    review,
    school_class,
    slips,
    state,
    substitutions,
    terms,
    today,
    undoing,
)

PAGES: Final[tuple[tuple[str, View], ...]] = (
    ("/", today.start),
    ("/today", today.today_page),
    ("/journals", today.journals_page),
    ("/journal/{journal}", journal.journal_page),
    ("/inbox", inbox.inbox_page),
    ("/duties", duties.duties_page),
    ("/concerns", concerns.concerns_page),
    ("/groups", own_groups.own_groups_page),
    ("/diary", diary.own_diary),
    ("/diary/{pupil}", diary.diary_page),
    ("/diary/{pupil}/results", pupil.results_page),
    ("/diary/{pupil}/mark/{lesson}", pupil.mark_page),
    ("/diary/{pupil}/proof/{lesson}", pupil.proof_page),
    ("/messages", messages.messages_page),
    ("/messages/new", messages.new_page),
    ("/messages/{thread}", messages.thread_page),
    ("/class", school_class.own_class),
    ("/class/{school_class}", school_class.class_page),
    ("/class/{school_class}/families", class_families.families_page),
    ("/class/{school_class}/changes", class_changes.changes_page),
    ("/class/{school_class}/consents", privacy.class_consents_page),
    ("/reports", reports.reports_page),
    ("/report", reports.report_page),
    ("/control", control.control_page),
    ("/control/review", review.review_page),
    ("/control/matrix", matrix.matrix_page),
    ("/control/terms", terms.terms_page),
    ("/control/term/{school_class}/{term}", terms.term_page),
    ("/control/substitutions", substitutions.substitutions_page),
    ("/control/inspections", inspections.inspections_page),
    ("/control/inspection/{inspection}", inspections.inspection_page),
    ("/control/archive", archive.archive_page),
    ("/results", inspections.own_results_page),
    ("/officer", officer.officer_page),
    ("/officer/people", people.people_page),
    ("/officer/person/{person}", people.person_page),
    ("/officer/devices", devices.devices_page),
    ("/officer/slips", slips.slips_page),
    ("/officer/import", importing.import_page),
    ("/officer/consents", privacy.officer_consents_page),
    ("/officer/reads", privacy.reads_page),
    ("/policy", policy.policy_page),
    ("/feeds", feeds.feeds_page),
    ("/help", helping.help_page),
)
FILES: Final[tuple[tuple[str, View], ...]] = (
    ("/api/file/report", reports.report_file),
    ("/api/file/bundle", bundle.bundle_file),
)
"""Leave the journal, so they ask for the passphrase once more (``proof``)."""

PAPERS: Final[tuple[tuple[str, View], ...]] = (
    ("/api/paper/report", printing.report_paper),
    ("/api/paper/journal/{journal}", printing.journal_paper),
    ("/api/paper/registers", printing.registers_paper),
    ("/api/paper/weekly/{school_class}", printing.weekly_paper),
    ("/api/paper/inspection/{inspection}", printing.inspection_paper),
)
"""Leave the journal as well; a paper that counts is entered in the log of issued ones."""

OWN_FILES: Final[tuple[tuple[str, View], ...]] = (
    ("/diary/{pupil}/print", printing.diary_paper),
    ("/file/{file}", files.lesson_file),
)
"""A family's own and a lesson's files: they need no script and no proof but the session."""

STATE: Final[tuple[tuple[str, View], ...]] = (
    ("/api/state", state.state),
    ("/api/seal", state.seal),
)
"""How the pages stand: asked by their own modules, and also where nothing may be shown."""

QUIET_DATA: Final[tuple[tuple[str, View], ...]] = (
    ("/api/forecast/{journal}", forecast.journal_chips),
    ("/api/lacking/{school_class}/{term}", terms.lacking),
    ("/api/journal/{journal}", journal.journal_data),
    ("/api/history/{lesson}/{pupil}", history.cell_history),
    ("/api/undo/{journal}/{lesson}/{minute}", undoing.preview),
)
"""Asked by the pages' own modules; not counted as a sign that somebody is there."""

WRITING: Final[tuple[tuple[str, View], ...]] = (
    ("/api/do", doing.do),
    ("/api/do-each", doing.do_each),
    ("/api/dismiss", doing.dismiss),
    ("/api/sync", doing.sync),
    ("/api/slips", slips.new_slips),
)
WITH_FILES: Final[tuple[tuple[str, View], ...]] = (("/api/import", importing.run),)
"""Bring a file along in their body."""

ATTACHING: Final[tuple[tuple[str, View], ...]] = (("/api/file", files.attach),)
"""Bring a file for a lesson, within its own limit."""

FORMS: Final[tuple[tuple[str, View], ...]] = (
    ("/feeds/open", feeds.open_feed),
    ("/feeds/revoke", feeds.revoke_feed),
    ("/inbox/seen", inbox.seen),
    ("/diary/{pupil}/seen", diary.seen),
    ("/messages/new", messages.open_thread),
    ("/messages/{thread}", messages.send),
    ("/messages/{thread}/read", messages.read),
)
"""Forms of pages that work without scripts; a module sends them where there is one."""

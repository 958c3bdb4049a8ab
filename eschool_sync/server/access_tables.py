"""Tables of what only the server may know: passwords, sessions, guesses, last use (ADR 0010).

They are no part of the replicated domain: no command writes them, no replica holds them, and the
log says nothing of them. What they rest on (slips, blocks, dismissals) is in the domain.
"""

from __future__ import annotations

from typing import Final

TABLES: Final = (
    "CREATE TABLE account (person_id {integer} PRIMARY KEY, password TEXT NOT NULL, "
    "set_at BIGINT NOT NULL, factor {blob} NOT NULL, factor_at BIGINT NOT NULL, "
    "factor_step BIGINT NOT NULL)",
    "CREATE TABLE session (hash {blob} PRIMARY KEY, id BIGINT NOT NULL, person_id BIGINT NOT NULL, "
    "created_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, proved_at BIGINT NOT NULL, "
    "factor_at BIGINT NOT NULL, locked BIGINT NOT NULL)",
    "CREATE INDEX session_person ON session (person_id)",
    "CREATE TABLE browser (hash {blob} NOT NULL, person_id BIGINT NOT NULL, "
    "seen_at BIGINT NOT NULL, PRIMARY KEY (hash, person_id))",
    "CREATE INDEX browser_person ON browser (person_id)",
    "CREATE TABLE guess (name {blob} PRIMARY KEY, failures BIGINT NOT NULL, until BIGINT NOT NULL)",
    "CREATE TABLE device_use (device {integer} PRIMARY KEY, seen_at BIGINT NOT NULL)",
    "CREATE TABLE computer (hash {blob} NOT NULL, device BIGINT NOT NULL, "
    "person_id BIGINT NOT NULL, seen_at BIGINT NOT NULL, told_at BIGINT NOT NULL, "
    "PRIMARY KEY (hash, device))",
    "CREATE INDEX computer_device ON computer (device)",
    # Last use of sessions that are no more.
    "CREATE TABLE ended_session (person_id {integer} PRIMARY KEY, seen_at BIGINT NOT NULL)",
    # Guardians in touch in the running week, which begins on day ``week``; 0 for anybody at all.
    "CREATE TABLE family_contact (week BIGINT NOT NULL, person_id BIGINT NOT NULL, "
    "PRIMARY KEY (week, person_id))",
    # What is left of a week that is over: families in touch, and families with a diary online.
    "CREATE TABLE family_week (week BIGINT NOT NULL, class_id BIGINT NOT NULL, "
    "seen BIGINT NOT NULL, online BIGINT NOT NULL, PRIMARY KEY (week, class_id))",
)

"""Version 5: a school's server counts in which weeks families were in touch (ADR 0052).

Replicas keep nothing of it.
"""

from __future__ import annotations

from typing import Final

SERVER: Final = (
    "CREATE TABLE ended_session (person_id {integer} PRIMARY KEY, seen_at BIGINT NOT NULL)",
    "CREATE TABLE family_contact (week BIGINT NOT NULL, person_id BIGINT NOT NULL, "
    "PRIMARY KEY (week, person_id))",
    "CREATE TABLE family_week (week BIGINT NOT NULL, class_id BIGINT NOT NULL, "
    "seen BIGINT NOT NULL, online BIGINT NOT NULL, PRIMARY KEY (week, class_id))",
)

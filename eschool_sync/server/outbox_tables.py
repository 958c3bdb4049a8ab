"""Tables of the messages that say that there is a new notice (ADR 0027)."""

from __future__ import annotations

from typing import Final

TABLES: Final = (
    # The last seq whose notices have been looked at.
    "CREATE TABLE outbox_mark (id {integer} PRIMARY KEY, seq BIGINT NOT NULL)",
    "CREATE TABLE outbox (id {integer} PRIMARY KEY, person_id BIGINT NOT NULL, "
    "service TEXT NOT NULL, notices BIGINT NOT NULL, token {blob} NOT NULL, "
    "made_at BIGINT NOT NULL, attempts BIGINT NOT NULL, next_at BIGINT NOT NULL, "
    "state BIGINT NOT NULL, reason TEXT NOT NULL, done_at BIGINT NOT NULL)",
    "CREATE INDEX outbox_state ON outbox (state, next_at)",
)

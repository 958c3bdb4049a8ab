"""Version 4: imports and what they changed, so that one can be taken back (ADR 0040)."""

from __future__ import annotations

from typing import Final

TABLES: Final = (
    "CREATE TABLE import_record (id {integer} NOT NULL, part {integer} NOT NULL, "
    "seq {integer} NOT NULL, person_id {integer} NOT NULL, source INTEGER NOT NULL, "
    "journal_id {integer} NOT NULL, commands INTEGER NOT NULL, last_id {integer} NOT NULL, "
    "made_at {integer} NOT NULL, undone_at {integer} NOT NULL, undone_by_id {integer} NOT NULL, "
    "PRIMARY KEY (id))",
    "CREATE TABLE import_image (id {integer} NOT NULL, part {integer} NOT NULL, "
    "seq {integer} NOT NULL, import_id {integer} NOT NULL, table_number INTEGER NOT NULL, "
    "row_id {integer} NOT NULL, content VARCHAR NOT NULL, PRIMARY KEY (id))",
)

INDEXES: Final = (
    "CREATE INDEX ix_import_record_part ON import_record (part)",
    "CREATE INDEX ix_import_record_person_id ON import_record (person_id)",
    "CREATE INDEX ix_import_image_part ON import_image (part)",
    "CREATE INDEX ix_import_image_import_id ON import_image (import_id)",
    "CREATE INDEX ix_import_image_row_id ON import_image (row_id)",
)
"""A replica makes its own when the tables have grown."""

"""Databases as versions 1 to 3 of the tables have left them: what lay in the lines then."""

from __future__ import annotations

from eschool_core.store.database import Database, transaction

# A replica has none of these.
VERSION_4 = tuple(
    f"DROP TABLE IF EXISTS {table}" for table in ("ended_session", "family_contact", "family_week")
)
VERSION_3 = (
    *VERSION_4,
    "DROP TABLE import_record",
    "DROP TABLE import_image",
    "UPDATE schema_version SET version = 3",
)
VERSION_2 = (
    *VERSION_3,
    "UPDATE academic_debt SET part = part - 12",
    "UPDATE cell_history SET part = part - 12 WHERE table_number = 77",
    "UPDATE correction SET part = part - 12 WHERE target <> 3",
    "DROP TABLE released_debt",
    "UPDATE schema_version SET version = 2",
)
VERSION_1 = (
    "UPDATE term_mark SET part = part - 12",
    "UPDATE cell_history SET part = part - 12 WHERE table_number = 74",
    "UPDATE correction SET part = part - 12 WHERE target = 3",
    "DROP TABLE released_mark",
    "DELETE FROM part_state WHERE (part & 63) IN (17, 18)",
    "UPDATE schema_version SET version = 1",
)
# A line's place in the order was that of the last of all its rows; where nothing else lay in the
# partitions beside it, the server had none.
SERVER_2 = (
    "UPDATE part_state SET seq = (SELECT MAX(x.seq) FROM (SELECT part_state.seq AS seq "
    "UNION ALL SELECT seq FROM academic_debt WHERE part = part_state.part "
    "UNION ALL SELECT seq FROM correction WHERE part = part_state.part) x) "
    "WHERE (part & 63) = 5",
    "DELETE FROM part_state WHERE (part & 63) = 17 AND part NOT IN (SELECT part FROM term_mark "
    "UNION SELECT part FROM correction)",
    "DELETE FROM part_state WHERE (part & 63) = 18 "
    "AND part NOT IN (SELECT part FROM released_mark)",
    "UPDATE part_state SET seq = (SELECT MAX(x.seq) FROM (SELECT part, seq FROM term_mark "
    "UNION ALL SELECT part, seq FROM correction) x WHERE x.part = part_state.part) "
    "WHERE (part & 63) = 17",
    "UPDATE part_state SET seq = (SELECT MAX(seq) FROM released_mark x "
    "WHERE x.part = part_state.part) WHERE (part & 63) = 18",
)


def to_version_3(database: Database) -> None:
    """Turn a database into what version 3 has written."""
    with transaction(database):
        for sql in VERSION_3:
            database.execute(sql)


def to_version_2(database: Database, *, server: bool) -> None:
    """Turn a database into what version 2 has written."""
    with transaction(database):
        for sql in (*VERSION_2, *(SERVER_2 if server else ())):
            database.execute(sql)


def to_version_1(database: Database) -> None:
    """Turn a database into what version 1 has written."""
    with transaction(database):
        for sql in (*VERSION_2, *VERSION_1):
            database.execute(sql)

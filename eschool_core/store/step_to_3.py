"""Version 3: academic debts and all proposed corrections leave the lines as well (ADR 0035).

``RESULT`` is 12 more than the line's number, ``RELEASED`` 13 more; 77 is the table of debts, 78
that of corrections.
"""

from __future__ import annotations

from typing import Final

MOVE: Final = (
    "UPDATE academic_debt SET part = part + 12",
    "UPDATE cell_history SET part = part + 12 WHERE table_number = 77",
    "UPDATE correction SET part = part + 12 WHERE (part & 63) = 5",
    "UPDATE tombstone SET part = part + 12 WHERE table_number IN (77, 78) AND (part & 63) = 5",
    "CREATE TABLE released_debt (id {integer} NOT NULL, part {integer} NOT NULL, "
    "seq {integer} NOT NULL, year_id {integer} NOT NULL, state INTEGER NOT NULL, "
    "due_day INTEGER NOT NULL, retakes INTEGER NOT NULL, value INTEGER NOT NULL, "
    "protocol VARCHAR NOT NULL, protocol_day INTEGER NOT NULL, PRIMARY KEY (id))",
    # As ``commands.released`` does it: the class that the pupil was in last within the year.
    "INSERT INTO released_debt (id, part, seq, year_id, state, due_day, retakes, value, protocol, "
    "protocol_day) SELECT d.id, d.part + 1, CASE WHEN d.seq > r.seq THEN d.seq ELSE r.seq END, "
    "d.year_id, d.state, d.due_day, d.retakes, d.value, d.protocol, d.protocol_day "
    "FROM academic_debt d JOIN journal_line n ON n.part = d.part - 12 "
    "JOIN journal j ON j.id = n.journal_id JOIN academic_year y ON y.id = j.year_id "
    "JOIN marks_release r ON r.year_id = j.year_id AND r.term_id = 0 AND r.class_id = "
    "(SELECT e.class_id FROM enrolment e WHERE e.pupil_id = n.pupil_id "
    "AND e.first_day <= y.last_day AND e.last_day >= y.first_day "
    "ORDER BY e.first_day DESC, e.id DESC LIMIT 1)",
)

SERVER: Final = (
    "CREATE INDEX ix_released_debt_part ON released_debt (part)",
    # Sums are made anew behind the step; here the partitions get their place in the order.
    "INSERT INTO part_state (part, rows, digest, seq) "
    "SELECT x.part, 0, s.digest, MAX(x.seq) FROM (SELECT part, seq FROM academic_debt "
    "UNION ALL SELECT part, seq FROM correction "
    "UNION ALL SELECT part, seq FROM tombstone WHERE table_number IN (77, 78)) x "
    "JOIN part_state s ON s.part = x.part - 12 WHERE 1 = 1 GROUP BY x.part, s.digest "
    "ON CONFLICT (part) DO UPDATE SET seq = excluded.seq WHERE excluded.seq > part_state.seq",
    "INSERT INTO part_state (part, rows, digest, seq) "
    "SELECT x.part, 0, s.digest, MAX(x.seq) FROM released_debt x "
    "JOIN part_state s ON s.part = x.part - 13 WHERE 1 = 1 GROUP BY x.part, s.digest "
    "ON CONFLICT (part) DO UPDATE SET seq = excluded.seq WHERE excluded.seq > part_state.seq",
    "UPDATE part_state SET seq = (SELECT MAX(y.seq) FROM ("
    "SELECT seq FROM journal_line WHERE part = part_state.part "
    "UNION ALL SELECT seq FROM mark WHERE part = part_state.part "
    "UNION ALL SELECT seq FROM attendance WHERE part = part_state.part "
    "UNION ALL SELECT seq FROM cell_history WHERE part = part_state.part "
    "UNION ALL SELECT seq FROM assessment_rule WHERE part = part_state.part "
    "UNION ALL SELECT seq FROM order_date WHERE part = part_state.part "
    "UNION ALL SELECT seq FROM external_mark WHERE part = part_state.part "
    "UNION ALL SELECT seq FROM owed_work WHERE part = part_state.part "
    "UNION ALL SELECT seq FROM concern WHERE part = part_state.part "
    "UNION ALL SELECT seq FROM tombstone WHERE part = part_state.part) y) "
    "WHERE part IN (SELECT part - 12 FROM academic_debt UNION SELECT part - 12 FROM correction "
    "UNION SELECT part - 12 FROM tombstone WHERE table_number IN (77, 78))",
)

# Of the staff is who holds the partition STAFF (8) of the own person. Of an own child's lines a
# teacher holds too much until the next sync, which purges it.
REPLICA: Final = (
    "DELETE FROM academic_debt "
    "WHERE NOT EXISTS (SELECT 1 FROM part_state WHERE (part_state.part & 63) = 8)",
    "DELETE FROM cell_history WHERE table_number = 77 "
    "AND NOT EXISTS (SELECT 1 FROM part_state WHERE (part_state.part & 63) = 8)",
    "DELETE FROM correction "
    "WHERE NOT EXISTS (SELECT 1 FROM part_state WHERE (part_state.part & 63) = 8)",
    "DELETE FROM released_debt "
    "WHERE EXISTS (SELECT 1 FROM part_state WHERE (part_state.part & 63) = 8)",
)

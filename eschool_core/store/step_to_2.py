"""Version 2: term and year marks leave the lines for partitions of their own (ADR 0033).

``RESULT`` is 12 more than the line's number, ``RELEASED`` 13 more.
"""

from __future__ import annotations

from typing import Final

MOVE: Final = (
    "UPDATE term_mark SET part = part + 12",
    "UPDATE cell_history SET part = part + 12 WHERE table_number = 74",
    "UPDATE correction SET part = part + 12 WHERE target = 3",
    "CREATE TABLE released_mark (id {integer} NOT NULL, part {integer} NOT NULL, "
    "seq {integer} NOT NULL, kind INTEGER NOT NULL, term_id {integer} NOT NULL, "
    "subject_id {integer} NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (id))",
    # As ``commands.released`` does it: the class that the pupil was in last within the period.
    "INSERT INTO released_mark (id, part, seq, kind, term_id, subject_id, value) "
    "SELECT m.id, m.part + 1, CASE WHEN m.seq > r.seq THEN m.seq ELSE r.seq END, m.kind, "
    "m.term_id, m.subject_id, m.value FROM term_mark m "
    "JOIN journal_line n ON n.part = m.part - 12 JOIN journal j ON j.id = n.journal_id "
    "JOIN academic_year y ON y.id = j.year_id LEFT JOIN term t ON t.id = m.term_id "
    "JOIN marks_release r ON r.year_id = j.year_id AND r.term_id = m.term_id AND r.class_id = "
    "(SELECT e.class_id FROM enrolment e WHERE e.pupil_id = n.pupil_id "
    "AND e.first_day <= COALESCE(t.last_day, y.last_day) "
    "AND e.last_day >= COALESCE(t.first_day, y.first_day) "
    "ORDER BY e.first_day DESC, e.id DESC LIMIT 1)",
)

SERVER: Final = (
    "CREATE INDEX ix_released_mark_part ON released_mark (part)",
    # Sums are made anew behind the step; here the partitions get their place in the order.
    "INSERT INTO part_state (part, rows, digest, seq) "
    "SELECT x.part, 0, s.digest, MAX(x.seq) FROM (SELECT part, seq FROM term_mark "
    "UNION ALL SELECT part, seq FROM correction WHERE target = 3) x "
    "JOIN part_state s ON s.part = x.part - 12 GROUP BY x.part, s.digest",
    "INSERT INTO part_state (part, rows, digest, seq) "
    "SELECT x.part, 0, s.digest, MAX(x.seq) FROM released_mark x "
    "JOIN part_state s ON s.part = x.part - 13 GROUP BY x.part, s.digest",
    "UPDATE part_state SET seq = (SELECT MAX(x.seq) FROM ("
    "SELECT seq FROM journal_line WHERE part = part_state.part "
    "UNION ALL SELECT seq FROM mark WHERE part = part_state.part "
    "UNION ALL SELECT seq FROM attendance WHERE part = part_state.part "
    "UNION ALL SELECT seq FROM cell_history WHERE part = part_state.part "
    "UNION ALL SELECT seq FROM assessment_rule WHERE part = part_state.part "
    "UNION ALL SELECT seq FROM order_date WHERE part = part_state.part "
    "UNION ALL SELECT seq FROM external_mark WHERE part = part_state.part "
    "UNION ALL SELECT seq FROM owed_work WHERE part = part_state.part "
    "UNION ALL SELECT seq FROM academic_debt WHERE part = part_state.part "
    "UNION ALL SELECT seq FROM correction WHERE part = part_state.part "
    "UNION ALL SELECT seq FROM concern WHERE part = part_state.part "
    "UNION ALL SELECT seq FROM tombstone WHERE part = part_state.part) x) "
    "WHERE part IN (SELECT part - 12 FROM term_mark "
    "UNION SELECT part - 12 FROM correction WHERE target = 3)",
)

# Whoever is of the staff holds the partition STAFF (8) of the own person; families do not, and
# keep of results only what is released. Of an own child's lines a teacher holds too much until
# the next sync, which purges it.
REPLICA: Final = (
    "DELETE FROM term_mark "
    "WHERE NOT EXISTS (SELECT 1 FROM part_state WHERE (part_state.part & 63) = 8)",
    "DELETE FROM cell_history WHERE (part & 63) = 17 "
    "AND NOT EXISTS (SELECT 1 FROM part_state WHERE (part_state.part & 63) = 8)",
    "DELETE FROM correction WHERE (part & 63) = 17 "
    "AND NOT EXISTS (SELECT 1 FROM part_state WHERE (part_state.part & 63) = 8)",
    "DELETE FROM released_mark "
    "WHERE EXISTS (SELECT 1 FROM part_state WHERE (part_state.part & 63) = 8)",
    "INSERT INTO part_state (part, rows, digest, seq) SELECT part + "
    "CASE WHEN EXISTS (SELECT 1 FROM part_state s WHERE (s.part & 63) = 8) THEN 12 ELSE 13 END, "
    "0, digest, 0 FROM part_state WHERE (part & 63) = 5",
)

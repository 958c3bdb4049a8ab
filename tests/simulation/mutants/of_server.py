"""Bugs planted into the server's side."""

from __future__ import annotations

from tests.simulation.mutants.mutant import Mutant

_SCHOOL = "eschool_sync/server/school.py"
_JUDGE = "eschool_sync/server/judge.py"
_PUSHES = "eschool_sync/server/pushes.py"
_ANSWERS = "eschool_sync/server/answers.py"
_OUTGOING = "eschool_sync/server/outgoing.py"
_SCOPE = "eschool_sync/server/scope.py"

SERVER = (
    Mutant(
        "remember-a-failed-transaction",
        _SCHOOL,
        "                self._ledger.forget()\n",
        "                pass\n",
        "I11: what was rolled back never was",
    ),
    Mutant(
        "tell-a-part-of-a-push",
        _ANSWERS,
        "    left = rows[MOST_TOLD][_PUSHED]\n",
        "    return rows[:MOST_TOLD]\n    left = rows[MOST_TOLD][_PUSHED]\n",
        "T16: a push is sealed, and offered to a restored server, as a whole",
    ),
    Mutant(
        "answer-before-the-commit-is-whole",
        _SCHOOL,
        "            outcomes = self._take(head, entries, now)\n",
        "            outcomes = self._take(head, entries, now)\n"
        '            self.database.execute("COMMIT")\n'
        '            self.database.execute("BEGIN IMMEDIATE")\n'
        "            self.heads.lock()\n"
        "            self.database.execute("
        '"DELETE FROM push WHERE last_n < 0 AND device = ?", (device.device,))\n',
        "T10: a push is one transaction",
    ),
    Mutant(
        "hold-nothing-of-a-revoked-device",
        _PUSHES,
        'hold = "command.device_revoked" if device.revoked_at else ""',
        'hold = ""',
        "T15: nothing of a revoked device is applied",
    ),
    Mutant(
        "revoked-devices-go-on-reading",
        _SCHOOL,
        "        if self.sender(request.school, request.device, head).revoked_at:\n",
        "        if self.sender(request.school, request.device, head).revoked_at < 0:\n",
        "T15: a revoked device gets nothing",
    ),
    Mutant(
        "never-look-at-devices-again",
        "eschool_sync/server/known.py",
        "        if seq != self._seq:",
        "        if self._seq < 0:",
        "T15: a revocation counts at once",
    ),
    Mutant(
        "judge-again-what-is-known",
        _PUSHES,
        "        if header.number >= known.next:\n",
        "        if header.number > 0:\n",
        "I3: one verdict for ever",
    ),
    Mutant(
        "lose-the-first-of-a-push",
        _PUSHES,
        "        if header.number >= known.next:\n",
        "        if header.number > known.next:\n",
        "I7: everything that is sent is judged",
    ),
    Mutant(
        "see-no-fork",
        _PUSHES,
        "last.take, last.hash)",
        "last.take, bytes(32))",
        "I3: the chain goes on from its head",
    ),
    Mutant(
        "groups-fall-apart",
        _JUDGE,
        "                        raise _GroupFell\n",
        "                        pass\n",
        "commands of a group stand or fall together",
    ),
    Mutant(
        "one-defect-stops-the-push",
        _JUDGE,
        "            if is_of_surroundings(error):\n                raise\n",
        "            raise\n",
        "T20: a poison command stops nobody",
    ),
    Mutant(
        "hold-where-the-disk-is-full",
        _JUDGE,
        "            if is_of_surroundings(error):\n                raise\n",
        "",
        "T13: a full disk is no verdict",
    ),
    Mutant(
        "notices-without-a-seq",
        _JUDGE,
        "        self._ledger.seq = seq\n        header, envelope",
        "        header, envelope",
        "I2: every row carries the seq of its command",
    ),
    Mutant(
        "one-seq-for-a-group",
        _JUDGE,
        "else self._judge_one(entry, first_seq + offset)",
        "else self._judge_one(entry, first_seq)",
        "I2: every row carries the seq of its command",
    ),
    Mutant(
        "tell-nobody-of-a-refusal",
        _JUDGE,
        "            record_refusal(self._store, entry.occasion(), outcome, content)\n",
        "            pass\n",
        "nothing is silent",
    ),
    Mutant(
        "a-resend-takes-ids-of-its-own",
        _JUDGE,
        "        return replace(entry, ids_from=header.replaces if root == NO_REPLACE else root)\n",
        "        return entry\n",
        "a resend inherits the ids of what it replaces",
    ),
    Mutant(
        "a-gap-in-the-order",
        _JUDGE,
        "                leaf = self._record(entry, first_seq + offset, outcome)\n",
        "                leaf = self._record(entry, first_seq + offset + (len(group) > 2), outcome)"
        "\n",
        "I1: seq has no gap",
    ),
    Mutant(
        "scopes-for-ever",
        _ANSWERS,
        "        if known is not None and known.scope_seq == head.scope_seq:\n",
        "        if known is not None:\n",
        "I6: a lost right takes its rows along",
    ),
    Mutant(
        "sums-for-ever",
        _ANSWERS,
        "        if known is None or known[0] != head.seq:\n",
        "        if known is None:\n",
        "I5: a checkpoint tells the sums of its seq",
    ),
    Mutant(
        "say-nothing-of-what-is-gone",
        _ANSWERS,
        "        gone = sorted(set(held) - set(scope.parts))\n",
        "        gone: list[int] = []\n",
        "I6: what is lost is purged",
    ),
    Mutant(
        "backfill-only-what-is-new",
        _ANSWERS,
        "frames=frames_for(self._store, scope.parts, fresh, cursor),",
        "frames=frames_for(self._store, scope.parts, set(), cursor),",
        "I5: a gained partition arrives whole",
    ),
    Mutant(
        "unchanged-although-judged",
        _ANSWERS,
        "            if seen and request.ack == known.last and request.scope == scope.hash:",
        "            if seen and request.scope == scope.hash:",
        "I7: a verdict is told until it is acked",
    ),
    Mutant(
        "verdicts-once",
        _ANSWERS,
        'FROM log WHERE device = ? AND n > ? "\n',
        'FROM log WHERE device = ? AND n > ? + 1 "\n',
        "I7: every verdict is told",
    ),
    Mutant(
        "rows-of-the-next-seq-only",
        "eschool_core/store/statements.py",
        'f"WHERE t.part = w.part AND t.seq > w.since"',
        'f"WHERE t.part = w.part AND t.seq > w.since + (w.since > 0)"',
        "I5: what is newer than the cursor is sent",
    ),
    Mutant(
        "tombstones-of-later-only",
        _OUTGOING,
        'AND t.seq > w.since"',
        'AND t.seq > w.since + 1"',
        "I5: what was deleted goes everywhere",
    ),
    Mutant(
        "parts-that-changed-later-only",
        _OUTGOING,
        'CHANGED = "SELECT part FROM part_state WHERE seq > ?"',
        'CHANGED = "SELECT part FROM part_state WHERE seq > ? + 1"',
        "I5: what is newer than the cursor is sent",
    ),
    Mutant(
        "a-claim-opens-the-journal",
        _SCOPE,
        '    "WHERE substitute_id = ? AND first_day <= ? AND confirmed = 1"',
        '    "WHERE substitute_id = ? AND first_day <= ?"',
        "I6: nobody's replica holds a row outside the scope",
    ),
    Mutant(
        "once-a-guardian-always-a-guardian",
        _SCOPE,
        '    "SELECT pupil_id FROM guardianship WHERE guardian_id = ? AND first_day <= ? AND '
        'last_day >= ?"',
        '    "SELECT pupil_id FROM guardianship WHERE guardian_id = ? AND first_day <= ? AND '
        '0 <= ?"',
        "I6: a guardian who was removed reads no more",
    ),
    Mutant(
        "forget-the-line-left-behind",
        _SCOPE,
        "    parts |= _with_results("
        "int(row[0]) for row in store.rows(EARLIER_LINES, journal_id))\n",
        "",
        "the new teacher reads the pupil's old line",
    ),
    Mutant(
        "once-a-teacher-always-a-teacher",
        _SCOPE,
        '    "AND (l.last_day >= ? OR (l.last_day >= y.last_day AND y.last_day >= ?))"',
        '    "AND (l.last_day >= ? OR (l.last_day >= 0 AND y.last_day >= ?))"',
        "I6: a journal handed over is purged",
    ),
    Mutant(
        "days-turn-unseen",
        "eschool_sync/server/days.py",
        "        if today == self._closed_day:\n            return\n",
        "        if self._closed_day > 0 or today == self._closed_day:\n            return\n",
        "days open in the order of the log",
    ),
    Mutant(
        "open-what-was-put-back",
        "eschool_sync/server/memory.py",
        "        if is_open and (not heads.is_own(head) or self._is_put_back(head)):\n"
        "            self.suspend()\n        elif",
        "        if",
        "T16: the server sees by itself that its database was put back",
    ),
    Mutant(
        "let-in-who-was-shut-out",
        _SCHOOL,
        "        if device.revoked_at or number not in self.state.shut_out:\n",
        "        if device.revoked_at or number >= 0:\n",
        "T15: who was shut out stays so after a restore",
    ),
    Mutant(
        "trust-the-database-with-own-numbers",
        _SCHOOL,
        "return max(device_head(self.database, self.state.server_device).next, self._first_number)",
        "return device_head(self.database, self.state.server_device).next",
        "I3: a silently restored server gives no number of its own twice",
    ),
)

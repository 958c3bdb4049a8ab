"""Bugs planted into the replica's side."""

from __future__ import annotations

from tests.simulation.mutants.mutant import Mutant

_EXCHANGE = "eschool_sync/replica/exchange.py"
_TAKING = "eschool_sync/replica/taking.py"
_CONFIRMED = "eschool_sync/replica/confirmed.py"
_OUTBOX = "eschool_sync/replica/outbox.py"
_OPENED = "eschool_sync/replica/opened.py"
_ENTERING = "eschool_sync/replica/entering.py"

REPLICA = (
    Mutant(
        "ack-what-was-not-judged",
        _TAKING,
        "ack=_acknowledged(present, response, is_new=is_new),",
        "ack=present.next - 1,",
        "I4: what is acked has its verdict",
    ),
    Mutant(
        "keep-undo-images-back",
        _TAKING,
        "            opened.confirmed.restore_images()\n",
        "",
        "I5: optimistic writes never touch the confirmed state",
    ),
    Mutant(
        "adopt-the-digest",
        _TAKING,
        "            raise UnequalError\n",
        "            pass\n",
        "I5: sums are compared, never adopted",
    ),
    Mutant(
        "do-not-purge",
        _TAKING,
        "opened.confirmed.purge(gone | fresh)",
        "opened.confirmed.purge(fresh)",
        "I6: what is lost is purged",
    ),
    Mutant(
        "purge-everything-gone-and-held",
        _TAKING,
        "        gone = set(unpack_parts(response.parts_out))\n",
        "        gone = set(unpack_parts(response.parts_out)) | set(opened.confirmed.held())\n",
        "I5: what stays is not purged",
    ),
    Mutant(
        "do-not-replay",
        _TAKING,
        "            self.replay(moved)\n",
        "",
        "I4: pending work lies on top of what arrived",
    ),
    Mutant(
        "carry-out-what-the-rows-hold",
        _TAKING,
        "            if entry.number <= known:\n",
        "            if entry.number < 0:\n",
        "I4: what is judged stands in the rows, also before its verdict is told",
    ),
    Mutant(
        "lose-the-last-verdict",
        _TAKING,
        "opened.outbox.settle(response.verdicts)",
        "opened.outbox.settle(response.verdicts[:-1])",
        "I7: no command leaves the outbox without a verdict",
    ),
    Mutant(
        "load-over-what-is-newer",
        "eschool_sync/replica/bootstrap.py",
        "(done is None or present.incarnation != offered.incarnation)",
        "present.incarnation != offered.incarnation",
        "T18: what another process has got is not taken back",
    ),
    Mutant(
        "apply-a-stale-answer",
        _TAKING,
        "                raise StaleError\n",
        "                pass\n",
        "I10: two processes and one position",
    ),
    Mutant(
        "stop-the-replay-at-a-refusal",
        _TAKING,
        "                # A fact that only the server knows, or a kind that this version knows "
        "no more.\n                continue",
        "                break",
        "I4: one bad command never holds up the next",
    ),
    Mutant(
        "let-a-defect-stop-the-sync",
        _TAKING,
        "                if is_of_surroundings(error):\n                    raise",
        "                raise",
        "T20: a poison command stops nobody",
    ),
    Mutant(
        "keep-what-was-read-before",
        _TAKING,
        "            opened.store.reads.forget()\n",
        "",
        "I4: facts are those of now",
    ),
    Mutant(
        "leave-the-wal",
        _EXCHANGE,
        "        self._quiet.fold()\n",
        "",
        "I6: nothing purged is left in the WAL",
    ),
    Mutant(
        "forget-where-it-is",
        _TAKING,
        "            moved.save(opened.database)\n",
        "",
        "I8: a sync that succeeds has fetched everything",
    ),
    Mutant(
        "commit-before-the-verdicts",
        _TAKING,
        "            self._compare(response)\n",
        "            self._compare(response)\n"
        '            opened.database.execute("COMMIT")\n'
        '            opened.database.execute("BEGIN IMMEDIATE")\n',
        "I11: a checkpoint is one transaction",
    ),
    Mutant(
        "take-any-answer",
        "eschool_sync/protocol/messages.py",
        "    if name != request.name():\n",
        "    if not name:\n",
        "I10: a late answer is no false alarm",
    ),
    Mutant(
        "keep-rows-that-were-pending",
        _CONFIRMED,
        "            self._database.execute_many(statements.delete(table), made)\n",
        "",
        "I5: rows of pending commands go before the confirmed ones come",
    ),
    Mutant(
        "skip-tombstones",
        _CONFIRMED,
        "            self._database.execute(statements.delete(stone.table), (stone.row_id,))\n",
        "",
        "I5: what was deleted goes everywhere",
    ),
    Mutant(
        "count-deleted-rows",
        _CONFIRMED,
        "            self._remove(stone.table, [stone.row_id], changes)\n",
        "",
        "I5: sums follow the rows",
    ),
    Mutant(
        "keep-undo-images",
        _CONFIRMED,
        '        self._database.execute("DELETE FROM undo_image")\n',
        "",
        "I5: an image is put back once",
    ),
    Mutant(
        "keep-sums-of-purged-parts",
        _CONFIRMED,
        '        self._database.execute("DELETE FROM part_state WHERE part IN '
        '(SELECT part FROM wanted)")\n',
        "",
        "I5: sums go with their rows",
    ),
    Mutant(
        "ignore-another-process",
        _OPENED,
        "            self.held.become(self.confirmed.held())\n",
        "            pass\n",
        "T18: what another process fetched is seen",
    ),
    Mutant(
        "trust-reads-of-before",
        _OPENED,
        "        if version != self._data_version:",
        "        if self._data_version < 0:",
        "T18: what another process wrote is seen",
    ),
    Mutant(
        "reuse-a-number",
        _ENTERING,
        "                next=header.number + header.take,",
        "                next=header.number + 1,",
        "I3: no id names two things",
    ),
    Mutant(
        "do-not-count-on",
        _ENTERING,
        "        position.save(opened.database)\n",
        "",
        "I3: every command has its own number",
    ),
    Mutant(
        "split-a-group",
        _ENTERING,
        "group = position.next if len(commands) > 1 else 0",
        "group = 0",
        "commands of a group stand or fall together",
    ),
    Mutant(
        "chain-to-nothing",
        _OUTBOX,
        "            commitment_of(salt, payload),\n            position.head,",
        "            commitment_of(salt, payload),\n            bytes(32),",
        "I3: each header names the one before",
    ),
    Mutant(
        "forget-salts-of-pending-commands",
        _OUTBOX,
        "            self._new_run(position.next)\n",
        "            self._new_run(position.next)\n"
        '            self._database.execute("DELETE FROM salt_run WHERE first_n < ?", (first,))\n',
        "I7: what is pending can still be sent",
    ),
    Mutant(
        "forget-what-is-pending",
        _OUTBOX,
        "                State.PENDING,\n            ),\n        )\n        envelope",
        "                State.DISMISSED,\n            ),\n        )\n        envelope",
        "I7: what was entered is sent",
    ),
    Mutant(
        "send-what-is-newest",
        _OUTBOX,
        'FROM outbox WHERE state = ? ORDER BY n"\n',
        'FROM outbox WHERE state = ? ORDER BY n DESC"\n',
        "I3: commands go in the order of their numbers",
    ),
    Mutant(
        "take-the-wall-clock-for-elapsed-time",
        "eschool_sync/protocol/evidence.py",
        "            clock.wall(),\n            clock.monotonic(),",
        "            clock.wall(),\n            clock.wall(),",
        "I9: the evidence is what the clocks showed",
    ),
    Mutant(
        "keep-back-what-a-device-shut-out-holds",
        "eschool_sync/replica/exchange.py",
        "                self._returning.hand_in(error)\n",
        "                raise\n",
        "T15: who is shut out hands in what is left, and it waits for review",
    ),
)

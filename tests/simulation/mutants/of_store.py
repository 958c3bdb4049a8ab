"""Bugs planted into the store: ledgers, savepoints, what was read before."""

from __future__ import annotations

from tests.simulation.mutants.mutant import Mutant

_LEDGER = "eschool_core/store/ledger.py"
_DATABASE = "eschool_core/store/database.py"
_STORE = "eschool_core/store/store.py"

STORE = (
    Mutant(
        "image-of-a-pending-value",
        _LEDGER,
        '"ON CONFLICT (table_number, row_id) DO NOTHING",',
        '"ON CONFLICT (table_number, row_id) DO UPDATE SET image = excluded.image",',
        "I5: the image is of the confirmed row",
    ),
    Mutant(
        "no-undo-image",
        _LEDGER,
        "        image = None if old is None else packb(old.values(), use_bin_type=True)\n",
        "        image = None if old is None else packb(old.values(), use_bin_type=True)\n"
        "        if old is not None:\n            return\n",
        "I5: a changed row can be put back",
    ),
    Mutant(
        "no-tombstone",
        _LEDGER,
        'tombstone (part, seq, table_number, row_id) VALUES (?, ?, ?, ?)"',
        'tombstone (part, seq, table_number, row_id) SELECT ?, ?, ?, ? WHERE 1 = 0"',
        "I5: what was deleted goes everywhere",
    ),
    Mutant(
        "sums-of-the-last-command-only",
        _LEDGER,
        "            kept.digest += change.digest\n",
        "            kept.digest = change.digest\n",
        "I5: sums follow the rows",
    ),
    Mutant(
        "sums-of-refused-commands",
        _LEDGER,
        '        """Forget the top level."""\n        self._levels.pop()\n',
        '        """Forget the top level."""\n'
        "        self._levels[-2].update(self._levels[-1])\n        self._levels.pop()\n",
        "I5: a refused command leaves no trace",
    ),
    Mutant(
        "sums-of-a-transaction-that-failed",
        _LEDGER,
        """the transaction was rolled back."""
        '"""'
        """
        self._levels = [{}]
""",
        """the transaction was rolled back."""
        '"""'
        """
""",
        "I11: what was rolled back never was",
    ),
    Mutant(
        "nobody-learns-of-a-role",
        _LEDGER,
        "        if SPEC_OF[type(row)].scope:\n",
        "        if SPEC_OF[type(row)].scope and old is not None and new is None:\n",
        "a change of a role changes the scope",
    ),
    Mutant(
        "nobody-learns-of-a-new-part",
        _LEDGER,
        "        scope_changed = max([scope_changed, *widened])\n",
        "        scope_changed = max([scope_changed, *widened[:0]])\n",
        "a new partition widens the scope",
    ),
    Mutant(
        "part-is-older-than-its-rows",
        _LEDGER,
        "                    change.last,\n",
        "                    change.first,\n",
        "I5: what is newer than the cursor is sent",
    ),
    Mutant(
        "keep-what-a-savepoint-undoes",
        _DATABASE,
        '            database.execute("ROLLBACK TO SAVEPOINT step")\n',
        "",
        "I2: a refused command has no effect",
    ),
    Mutant(
        "commit-what-failed",
        _DATABASE,
        '            database.execute("ROLLBACK")\n',
        '            database.execute("COMMIT")\n',
        "I11: all of a transaction or nothing",
    ),
    Mutant(
        "keep-reads-of-what-is-undone",
        _STORE,
        "            # What was read since may be of rows that are taken back now.\n"
        "            self.reads.forget()\n",
        "",
        "I2: facts are those of now",
    ),
    Mutant(
        "keep-reads-of-what-is-written",
        _STORE,
        "        self.reads.written(type(row))\n        self._update(old, new)",
        "        self._update(old, new)",
        "I2: facts are those of now",
    ),
    Mutant(
        "write-a-column-too-few",
        _STORE,
        "            if before != value\n",
        "            if before != value and name != 'seq'\n",
        "I5: a changed row is newer",
    ),
)

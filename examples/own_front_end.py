"""For integrators: answers as JSON, refusals with clause and remedy, for a front end of your own.

Run: python examples/own_front_end.py
"""

from __future__ import annotations

import json

from eschool_core import labels
from eschool_core.commands.catalogue import BY_KIND, validated
from eschool_core.errors import EschoolError, RegulationError
from eschool_core.queries.today import today
from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox


def do(replica: Replica, kind: str, values: dict[str, object]) -> dict[str, object]:
    """Carry out a command that came as JSON, and answer in JSON."""
    try:
        receipt = replica.do(validated(BY_KIND[kind, 1].model, values))
    except EschoolError as error:
        clause = error.check.clause if isinstance(error, RegulationError) else ""
        return {
            "clause": clause,
            "refused": labels.message(error),
            "remedy": labels.remedy(error),
        }
    return {"number": receipt.number}


def main() -> None:
    """Read the day's first lesson, write its topic, and try a mark that is on no scale."""
    with Sandbox() as school:
        replica = school.replica("teacher")
        answer = today(replica.store, replica.person_id, replica.today()).as_json()
        lesson = answer["lessons"][0]
        print(json.dumps(lesson, ensure_ascii=False))
        topic: dict[str, object] = {"lesson_id": lesson["lesson_id"], "text": "Дроби"}
        mark: dict[str, object] = {
            "lesson_id": lesson["lesson_id"],
            "pupil_id": school.cast.child,
            "value": 6,
        }
        for kind, values in (("record_topic", topic), ("record_mark", mark)):
            print(json.dumps(do(replica, kind, values), ensure_ascii=False))


if __name__ == "__main__":
    main()

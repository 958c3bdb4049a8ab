"""For integrators: answers as JSON, refusals with clause and remedy, for a front end of your own.

Run: python examples/own_front_end.py
"""

from __future__ import annotations

import json

from eschool_core import labels
from eschool_core.commands.catalogue import BY_KIND, validated
from eschool_core.errors import EschoolError
from eschool_core.queries.today import today
from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox


def do(replica: Replica, kind: str, values: dict[str, object]) -> dict[str, object]:
    """Carry out a command that came as JSON, and answer in JSON."""
    try:
        receipt = replica.do(validated(BY_KIND[kind, 1].model, values))
    except EschoolError as error:
        return {"refused": labels.message(error), "remedy": labels.remedy(error)}
    return {"number": receipt.number}


def main() -> None:
    """Read the day's lessons and write two topics, one of them empty."""
    with Sandbox() as school:
        replica = school.replica("teacher")
        answer = today(replica.store, replica.person_id, replica.today()).as_json()
        print(json.dumps(answer, ensure_ascii=False)[:300])
        lesson_id = answer["lessons"][0]["lesson_id"]
        for text in ("Дроби", ""):
            result = do(replica, "record_topic", {"lesson_id": lesson_id, "text": text})
            print(json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main()

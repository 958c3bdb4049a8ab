"""What a row keeps as JSON text has one form, so that equal values are equal bytes everywhere."""

from __future__ import annotations

from json import JSONEncoder
from typing import Any, Final

# Made once: ``json.dumps`` makes another one at each call that wants other than its usual form.
_ENCODER: Final = JSONEncoder(ensure_ascii=False, sort_keys=True)


def json_text(value: Any) -> str:
    """Return the JSON text of a value.

    >>> json_text({"lesson": 7, "class": "7А"})
    '{"class": "7А", "lesson": 7}'
    """
    return _ENCODER.encode(value)

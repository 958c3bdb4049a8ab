"""Shapes of JSON answers, for the description in OpenAPI: what ``Answer.as_json`` makes of a type.

Answers spell enumerations by name and dates in ISO form, which a schema made from the types alone
would not say.
"""

from __future__ import annotations

import types
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from eschool_core.domain.row import Row, columns, table_of

Schema = dict[str, Any]

PLAIN: Final[dict[object, Schema]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    str: {"type": "string"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    type(None): {"type": "null"},
    Any: {},
}


class Shapes:
    """Collects the shapes of named types, each once.

    Attributes:
        named: Schema by name, as ``components/schemas`` holds them.
    """

    def __init__(self) -> None:
        self.named: dict[str, Schema] = {}

    def of(self, kind: Any) -> Schema:
        """Return the schema of a type.

        Args:
            kind: A dataclass, an enumeration, a plain type, or tuples, lists, dictionaries and
                unions of these.

        Raises:
            TypeError: Another type: JSON has no form for it here.
        """
        if kind in PLAIN:
            return PLAIN[kind]
        origin, inner = get_origin(kind), get_args(kind)
        if origin in (Union, types.UnionType):
            return {"anyOf": [self.of(entry) for entry in inner]}
        if origin is Literal:
            return {"enum": list(inner)}
        if origin in (tuple, list):
            return self._listed(inner)
        if origin is dict:
            return {"type": "object", "additionalProperties": self.of(inner[1])}
        if isinstance(kind, type) and issubclass(kind, IntEnum):
            return self._kept(kind.__name__, lambda: _words(kind))
        if isinstance(kind, type) and is_dataclass(kind):
            return self._kept(kind.__name__, lambda: self._record(kind))
        raise TypeError(f"no JSON shape for {kind!r}")

    def of_rows(self, table: type[Row]) -> Schema:
        """Return the schema of a table's rows as ``rows`` gives them."""
        return self._kept(f"{table.__name__}Row", lambda: _row(table))

    def _listed(self, inner: tuple[Any, ...]) -> Schema:
        if (len(inner) == 2 and inner[1] is not Ellipsis) or len(inner) > 2:
            first = [self.of(entry) for entry in inner]
            return {"type": "array", "prefixItems": first, "items": False, "minItems": len(first)}
        return {"type": "array", "items": self.of(inner[0])}

    def _record(self, kind: type) -> Schema:
        hints = get_type_hints(kind)
        shown = {field.name: self.of(hints[field.name]) for field in fields(kind)}
        return _object(shown)

    def _kept(self, name: str, make: Any) -> Schema:
        if name not in self.named:
            self.named[name] = {}  # a type may hold itself
            self.named[name] = make()
        return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: dict[str, Schema]) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _words(kind: type[IntEnum]) -> Schema:
    return {"enum": [entry.name.lower() for entry in kind]}


def _row(table: type[Row]) -> Schema:
    kinds: dict[object, Schema] = {int: {"type": "integer"}, str: {"type": "string"}}
    shown: dict[str, Schema] = {}
    for column in table_of(table).columns:
        schema = kinds.get(column.type.python_type, {"type": "string", "format": "byte"})
        shown[column.name] = {"anyOf": [schema, PLAIN[type(None)]]} if column.nullable else schema
    assert tuple(shown) == columns(table)
    return _object(shown)

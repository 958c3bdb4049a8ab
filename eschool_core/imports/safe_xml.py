"""XML without entities, document types and surprises."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

import defusedxml.ElementTree as SafeTree
from defusedxml.common import DefusedXmlException

from eschool_core.errors import InputError
from eschool_core.imports import limits

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def parse(data: bytes, file: str) -> Element:
    """Return the root of a well-formed document.

    Raises:
        InputError: It is malformed, declares a document type or an entity, or is too large.
    """
    limits.check_xml_size(data, file)
    try:
        root: Element = SafeTree.fromstring(data, forbid_dtd=True)
    except SafeTree.ParseError as error:
        line, column = error.position
        raise InputError("import.xml_malformed", file=file, line=line, column=column) from error
    except DefusedXmlException as error:
        raise InputError("import.xml_forbidden", file=file) from error
    except (LookupError, ValueError) as error:
        raise InputError("import.xml_malformed", file=file, line=1, column=0) from error
    return root


def elements(data: bytes, file: str) -> Iterator[Element]:
    """Yield the elements as they end, children first; the caller may clear them.

    Raises:
        InputError: As ``parse``.
    """
    limits.check_xml_size(data, file)
    try:
        for _, element in SafeTree.iterparse(io.BytesIO(data), events=("end",), forbid_dtd=True):
            yield element
    except SafeTree.ParseError as error:
        line, column = error.position
        raise InputError("import.xml_malformed", file=file, line=line, column=column) from error
    except DefusedXmlException as error:
        raise InputError("import.xml_forbidden", file=file) from error
    except (LookupError, ValueError) as error:
        raise InputError("import.xml_malformed", file=file, line=1, column=0) from error


def local_name(element: Element) -> str:
    """Return the tag without its namespace."""
    return str(element.tag).rpartition("}")[2]

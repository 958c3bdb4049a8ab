"""Files of lessons (2.12): saved by whoever may read the lesson, given by its teacher."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from typing import Final

from eschool_core.commands.files import MAX_FILE_BYTES
from eschool_core.errors import EschoolError
from eschool_core.queries.shown_homework import require_shown_file, sight_of
from eschool_core.store.store import Store
from eschool_web.asking import Asked, Data, Fetched, File
from eschool_web.refusals import RefusedRequest
from eschool_web.views.doing import receipt_said
from eschool_web.views.saying import refusal_said

MALFORMED: Final = "web.refused.body"
MAX_ATTACH_BYTES: Final = MAX_FILE_BYTES * 4 // 3 + 64 * 1024
"""Of a request that brings a file in base64, with its name; a file over the limit is told."""


def lesson_file(asked: Asked) -> Fetched:
    """Return a file to be saved; it may have to come from the server.

    Raises:
        InputError: ``file.none``, ``file.waiting``.
        TransportError, BusyError: It is not here, and there is no line.
        DamageError: ``damage.file``.
    """
    source, file_id = asked.source, asked.path["file"]

    def question(store: Store) -> None:
        sight = sight_of(store, source.person_id, source.now())
        require_shown_file(store, sight, file_id)

    asked.read(question)

    def fetch() -> File:
        read = source.file(file_id)
        return File(read.name, read.media_type, read.content)

    return Fetched(fetch)


def attach(asked: Asked) -> Data:
    """Give a file: ``{lesson_id, name, content, for_homework}``; a refusal is an answer."""
    lesson_id, name = asked.body.get("lesson_id"), asked.body.get("name")
    if type(lesson_id) is not int or not isinstance(name, str):
        raise RefusedRequest(400, MALFORMED)
    try:
        content = b64decode(str(asked.body.get("content")), validate=True)
    except (NotBase64, ValueError):
        raise RefusedRequest(400, MALFORMED) from None
    for_homework = asked.body.get("for_homework") == 1
    try:
        receipt = asked.source.attach(lesson_id, name, content, for_homework=for_homework)
    except EschoolError as error:
        return Data({"refused": refusal_said(error, asked.language)})
    return Data({"refused": None, **receipt_said(receipt, asked.language)})

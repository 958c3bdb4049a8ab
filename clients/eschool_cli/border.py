"""The border of the program: whatever happens inside, people get a sentence and an exit code.

Exit codes: 0 done, 1 our fault, 2 wrong usage, 3 a clause refuses, 4 wrong input, 5 no access,
6 damage, 7 no connection, 8 busy, 130 interrupted, 141 the reader of a pipe has gone.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

import click

from eschool_cli.screen import Screen
from eschool_cli.usage import explained
from eschool_cli.wording import told
from eschool_core.errors import EschoolError, RegulationError
from eschool_core.labels import Language, text

INTERNAL_ERROR = 1
USAGE_ERROR = 2
INTERRUPTED = 130
READER_GONE = 141
"""What a shell sees of a program that a closed pipe ended: of ``yes | head`` as well."""
LOG_NAME = "incidents.log"
MAX_LOG_BYTES = 1024 * 1024
MAX_PLACES = 40
MAX_CAUSES = 5
LAST_WORD = "eschool: internal error, incident {incident}\n"


def run(act: Callable[[], object], language: Language, home: Path, command: str) -> int:
    """Run the program and return its exit code; nothing leaves it but what is said here.

    Args:
        act: The program.
        language: Of what is said.
        home: Folder of the log.
        command: Name of the command, for the log; never its arguments.
    """
    try:
        return _run(act, language, home, command)
    except (BrokenPipeError, SystemExit):
        # Nothing here leaves by SystemExit but click and rich, when the reader of a pipe has gone.
        _write_no_more()
        return READER_GONE
    except Exception as error:  # noqa: BLE001 - even the texts may be what is broken
        incident = token_hex(4)
        keep(error, incident, home, command)
        sys.stderr.write(LAST_WORD.format(incident=incident))
        return INTERNAL_ERROR


def _run(act: Callable[[], object], language: Language, home: Path, command: str) -> int:
    screen = Screen()
    try:
        result = act()
        sys.stdout.flush()
    except EschoolError as error:
        _tell(screen, error, language)
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        screen.help(error.message.splitlines())
        return 0
    except click.ClickException as error:
        for line in explained(error, language):
            screen.problem(line)
        return USAGE_ERROR
    except (KeyboardInterrupt, click.Abort):
        screen.problem(text("cli.interrupted", language))
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - the border: no traceback ever reaches a user
        incident = token_hex(4)
        keep(error, incident, home, command)
        screen.problem(text("cli.incident", language, incident=incident))
        screen.problem(text("cli.incident.remedy", language, incident=incident))
        return INTERNAL_ERROR
    return result if isinstance(result, int) else 0


def _write_no_more() -> None:
    """Let what is still to be written go nowhere: the interpreter flushes at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(nowhere, stream.fileno())


def _tell(screen: Screen, error: EschoolError, language: Language) -> None:
    """Say what happened, what was meant by it, what to do, and where more is to be read."""
    happened, remedy = told(error, language)
    screen.problem(happened, "bold")
    for candidate in getattr(error, "candidates", ()):
        screen.problem(f"  – {candidate}")
    if remedy:
        screen.problem(remedy)
    if isinstance(error, RegulationError):
        screen.problem(text("explain.hint", language, clause=error.check.clause))


def keep(error: BaseException, incident: str, home: Path, command: str) -> None:
    """Write types and code places of an error into the log; no message and no value."""
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and len(chain) < MAX_CAUSES:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    record = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "incident": incident,
        "command": command,
        "errors": [
            {
                "type": type(one).__qualname__,
                "places": [
                    f"{'/'.join(Path(place.filename).parts[-2:])}:{place.lineno} {place.name}"
                    for place in traceback.extract_tb(one.__traceback__, limit=-MAX_PLACES)
                ],
            }
            for one in chain
        ],
    }
    with suppress(OSError):
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        log = home / LOG_NAME
        if log.exists() and log.stat().st_size > MAX_LOG_BYTES:
            log.replace(log.with_suffix(".old"))
        with log.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(record) + "\n")

"""Asks for secrets: hidden at the terminal, or from an open file descriptor. Nowhere else."""

from __future__ import annotations

import getpass
import os
import warnings

import click

from eschool_cli.localised import say
from eschool_core.errors import InputError

MAX_SECRET_BYTES = 1024


def secret(question: str, fd: int | None = None, *, confirm: bool = False) -> str:
    """Return a secret.

    Args:
        question: Key of the text that is shown before it.
        fd: Descriptor whose next line it is; None asks at the terminal.
        confirm: Ask for it twice at the terminal.

    Raises:
        InputError: ``cli.no_terminal``: there is no terminal to ask at; ``cli.bad_fd``: the
            descriptor cannot be read; ``cli.not_repeated``: the second time it was another.
    """
    if fd is not None:
        return _line_of(fd)
    given = _ask(say(question))
    if confirm and _ask(say("cli.ask.again")) != given:
        raise InputError("cli.not_repeated")
    return given


def _ask(question: str) -> str:
    with warnings.catch_warnings():
        # Without a terminal the library would read the secret with echo, after a warning.
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            answer: str = click.prompt(
                question, hide_input=True, err=True, default="", show_default=False
            )
        except getpass.GetPassWarning:
            raise InputError("cli.no_terminal") from None
    return answer


def _line_of(fd: int) -> str:
    """Return the next line, read byte by byte so that the following lines stay for later."""
    line = bytearray()
    try:
        while len(line) <= MAX_SECRET_BYTES:
            letter = os.read(fd, 1)
            if letter in (b"", b"\n"):
                return line.decode("utf-8").removesuffix("\r")
            line += letter
    except (OSError, OverflowError, UnicodeDecodeError):
        raise InputError("cli.bad_fd", fd=fd) from None
    raise InputError("cli.bad_fd", fd=fd)

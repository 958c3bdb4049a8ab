"""Whose key signs: a PKCS#12 file or a PKCS#11 token. What opens it is asked for, never given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from eschool_cli.localised import option
from eschool_cli.prompts import secret
from eschool_cli.session import Session
from eschool_core.errors import InputError
from eschool_sync.security.durable import read_at_most
from eschool_sync.signing.pades import Pkcs12Signer
from eschool_sync.signing.provider import SignatureProvider
from eschool_sync.signing.token import TokenSigner, find_token

FILE = click.Path(path_type=Path, dir_okay=False)
MOST_KEY_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class OwnKey:
    """Where a key is, as options say it.

    Attributes:
        file: PKCS#12.
        module: Library of a token's maker.
        token: The token's name; empty for the only one.
        certificate: Its name on the token; empty for the only one.
    """

    file: Path | None
    module: Path | None
    token: str
    certificate: str

    @property
    def is_named(self) -> bool:
        """Whether any option names a key."""
        return bool(self.file or self.module or self.token or self.certificate)

    @contextmanager
    def opened(self, session: Session) -> Iterator[SignatureProvider]:
        """Give what signs; the passphrase or PIN is asked for when the key is there.

        Raises:
            InputError: ``sign.which_key``: no key or two; ``sign.unreadable``, ``sign.module``,
                ``sign.token_many``, ``sign.certificate_many``.
            AccessError: What ``Pkcs12Signer`` and ``TokenSigner`` raise.
        """
        if self.file is not None and not (self.module or self.token or self.certificate):
            sealed = read_file(self.file, MOST_KEY_BYTES)
            yield Pkcs12Signer(sealed, secret("cli.ask.key_passphrase", session.passphrase_fd))
        elif self.file is None and self.module is not None:
            token = find_token(self.module, self.token)
            pin = secret("cli.ask.pin", session.passphrase_fd)
            with closing(TokenSigner(token, pin, self.certificate)) as signer:
                yield signer
        else:
            raise InputError("sign.which_key")


def own_key(says: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the options that name a key; the command gets them as ``own``.

    Args:
        says: Last part of the key of the help of ``--key``.
    """

    def decorated(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def called(
            *args: Any,
            key: Path | None,
            module: Path | None,
            token: str,
            certificate: str,
            **more: Any,
        ) -> Any:
            return command(*args, own=OwnKey(key, module, token, certificate), **more)

        for add in (
            option("--certificate", default="", says="sign_certificate", shown_as="name"),
            option("--token", default="", says="sign_token", shown_as="name"),
            option("--module", type=FILE, says="sign_module", shown_as="file"),
            option("--key", type=FILE, says=says, shown_as="file"),
        ):
            called = add(called)
        return called

    return decorated


def read_file(file: Path, most: int) -> bytes:
    """Return a file's bytes.

    Raises:
        InputError: ``sign.unreadable``: it is missing, unreadable or too long.
    """
    try:
        data = read_at_most(file, most)
    except OSError as error:
        raise InputError("sign.unreadable") from error
    if data is None:
        raise InputError("sign.unreadable")
    return data

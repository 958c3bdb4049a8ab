"""Takes messages to their readers: e-mail by SMTP, whatever else by apprise.

A message says that there is something new and where to read it, and nothing else: mail is not
encrypted on its way, and messengers belong to others (152-FZ). E-mail does not go through apprise
because that draws a new ``Message-ID`` at each attempt: a message sent again after a crash would
be a second one for its reader.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
import tomllib
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from eschool_core.commands.channels import EMAIL
from eschool_core.errors import AccessError, InputError, TransportError
from eschool_core.labels import Language, text
from eschool_sync.addresses import is_loopback
from eschool_sync.clock import Clock, SystemClock

SECONDS: Final = 30
FILE: Final = "notices.toml"
OTHERS_BITS: Final = 0o077
PLACE: Final = "{address}"

Plain = Annotated[str, StringConstraints(pattern=r"^[^\r\n\x00]*$", max_length=500)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Mail(_Strict):
    """The operator's mail server.

    Attributes:
        tls: ``none`` is for a server on the same computer only.
    """

    host: Plain
    port: Annotated[int, Field(ge=1, le=65_535)] = 587
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    user: Plain = ""
    password: Plain = ""
    sender: Annotated[Plain, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")]


class Settings(_Strict):
    """What the operator writes into ``notices.toml``.

    Attributes:
        journal: Address under which people read their notices.
        services: Addresses of apprise by the name of a service; ``{address}`` stands for the
            reader's.
    """

    journal: Plain
    language: Language = "ru"
    mail: Mail | None = None
    services: dict[str, Plain] = {}


def read_settings(path: Path) -> Settings:
    """Return the settings in a file.

    Raises:
        AccessError: ``access.open_secret``: others may read it, and it holds passwords.
        InputError: ``notices.settings``: it is not there or is not in order; ``notices.plain``.
    """
    try:
        content = path.read_bytes()
        shared = path.stat().st_mode & OTHERS_BITS
        settings = Settings.model_validate(tomllib.loads(content.decode()))
    except (OSError, ValueError, ValidationError) as error:
        raise InputError("notices.settings", file=path.name) from error
    if shared:
        raise AccessError("access.open_secret", file=path.name)
    if any(PLACE not in address for address in settings.services.values()):
        raise InputError("notices.settings", file=path.name)
    if settings.mail and settings.mail.tls == "none" and not is_loopback(settings.mail.host):
        raise InputError("notices.plain")
    return settings


@dataclass(frozen=True, slots=True)
class Delivery:
    """Sends by the operator's settings.

    Attributes:
        context: Checks the mail server's certificate; a test's own authority else.
        clock: Of the date of letters.
    """

    settings: Settings
    clock: Clock = field(default_factory=SystemClock)
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def __call__(self, service: str, address: str, token: bytes) -> None:
        """Send one message.

        Raises:
            TransportError: ``notices.service``: the server offers no such service;
                ``notices.unreachable``; ``notices.refused``.
        """
        language = self.settings.language
        subject = text("notices.mail.subject", language)
        body = text("notices.mail.body", language, address=self.settings.journal)
        if service == EMAIL and self.settings.mail is not None:
            letter = _letter(self.settings.mail, address, token, subject, body)
            letter["Date"] = formatdate(self.clock.wall(), usegmt=True)
            _mail(self.settings.mail, letter, self.context)
        elif service in self.settings.services:
            _apprise(self.settings.services[service], address, subject, body)
        else:
            raise TransportError("notices.service")


def _letter(mail: Mail, address: str, token: bytes, subject: str, body: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = mail.sender, address, subject
    message["Message-ID"] = f"<{token.hex()}@{mail.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    return message


def _mail(mail: Mail, message: EmailMessage, context: ssl.SSLContext) -> None:
    try:
        with _connected(mail, context) as server:
            if mail.user:
                server.login(mail.user, mail.password)
            server.send_message(message)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
        raise TransportError("notices.refused") from error
    except (OSError, smtplib.SMTPException) as error:
        raise TransportError("notices.unreachable") from error


def _connected(mail: Mail, context: ssl.SSLContext) -> smtplib.SMTP:
    if mail.tls == "implicit":
        return smtplib.SMTP_SSL(mail.host, mail.port, timeout=SECONDS, context=context)
    server = smtplib.SMTP(mail.host, mail.port, timeout=SECONDS)
    if mail.tls == "starttls":
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server


def _apprise(template: str, address: str, subject: str, body: str) -> None:
    from apprise import Apprise

    # It names readers and tokens in its log.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    sender = Apprise()
    if not sender.add(template.replace(PLACE, quote(address, safe=""))):
        raise TransportError("notices.service")
    if not sender.notify(title=subject, body=body):
        raise TransportError("notices.unreachable")

"""One-time codes: the register, a code for one person, the codes of a class (3.1, 4.6.8, 4.7.6).

The code itself is made here, shown once and never kept: only its hash goes into the command.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any, Final

from eschool_core.commands import facts
from eschool_core.commands.access import SECONDS_PER_DAY, IssueSlip
from eschool_core.domain.school import SchoolClass
from eschool_core.errors import EschoolError
from eschool_core.forms.credential_slips import credential_slips
from eschool_core.forms.to_pdf import to_pdf
from eschool_core.ids import login_of
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.names import people_names
from eschool_core.queries.people import families
from eschool_core.queries.slips import SlipState, register
from eschool_sync.security.codes import code_hash, new_code
from eschool_sync.security.random_source import SystemRandom
from eschool_web import wording
from eschool_web.asking import Asked, Data, Page
from eschool_web.proof import NEEDED
from eschool_web.refusals import RefusedRequest
from eschool_web.views.officer import office, officer
from eschool_web.views.people import classes_of_year
from eschool_web.views.printing import of_slips
from eschool_web.views.saying import plain_refusal, refusal_said

CLOCK_MARGIN_SECONDS: Final = 60
"""Our estimate of the server's time may run a little ahead of it."""

MALFORMED: Final = "web.refused.body"
LIVING: Final = (SlipState.WAITING, SlipState.HANDED_OUT)


def slips_page(asked: Asked) -> Page:
    """Return the register and the form for the codes of a class.

    Raises:
        InputError: ``web.not_found``: it is not for this person.
    """
    officer(asked)
    now, today = asked.source.now(), asked.today()
    lines = asked.read(lambda store: register(store, now))
    return office(
        "slips.html",
        "/officer/slips",
        {
            "living": [line for line in lines if line.state in LIVING],
            "over": sum(line.state not in LIVING for line in lines),
            "classes": asked.read(lambda store: classes_of_year(store, today)),
        },
    )


def new_slips(asked: Asked) -> Data:
    """Make the code of a person, ``{person}``, or those of a class, ``{school_class}``.

    The answer holds each code once: with the name, the login, until when it is good; and all of
    them as a PDF.
    """
    person_id, class_id = asked.body.get("person"), asked.body.get("school_class")
    if not isinstance(person_id or class_id, int):
        raise RefusedRequest(400, MALFORMED)
    if not asked.proven:
        return Data({"refused": plain_refusal(NEEDED, asked.language)})
    if class_id:
        return Data(_of_class(asked, int(class_id)))
    name = asked.read(people_names).get(int(person_id or 0), "")
    return Data(_made(asked, [(int(person_id or 0), name)], 0))


def _of_class(asked: Asked, class_id: int) -> dict[str, Any]:
    today = asked.today()
    asked.read(lambda store: store.require(SchoolClass, class_id))
    members = asked.read(lambda store: families(store, class_id, today))
    return _made(asked, [(one.person_id, one.name) for one in members], class_id)


def _made(asked: Asked, people: list[tuple[int, str]], class_id: int) -> dict[str, Any]:
    today, random = asked.today(), SystemRandom()
    valid = asked.read(lambda store: facts.policy_number(store, "slip_valid_days", today))
    expires_at = asked.source.now() + valid * SECONDS_PER_DAY - CLOCK_MARGIN_SECONDS
    until = wording.moment(local(expires_at, asked.read(zone_of)))
    slips, refused = [], []
    for person_id, name in people:
        code = new_code(random)
        command = IssueSlip(
            person_id=person_id,
            secret_hash=code_hash(code),
            expires_at=expires_at,
            class_id=class_id,
        )
        try:
            asked.source.do(command)
        except EschoolError as error:
            refused.append({"name": name, **refusal_said(error, asked.language)})
            continue
        slips.append({"name": name, "login": login_of(person_id), "code": code, "until": until})
    alone = refused[0] if refused and not slips else None
    made = {"refused": alone, "slips": slips, "not_made": refused}
    return {**made, "pdf": _on_paper(asked, slips, class_id)} if slips else made


def _on_paper(asked: Asked, slips: list[dict[str, str]], class_id: int) -> str:
    """Return the same slips as a PDF in base64, to be cut and sealed (3.1/2)."""
    name = asked.read(lambda store: store.get(SchoolClass, class_id)) if class_id else None
    batch = {
        "school_class": "" if name is None else name.name,
        "server": asked.source.site,
        "slips": slips,
    }
    document = of_slips(asked, credential_slips(batch, asked.language))
    return b64encode(to_pdf(document)).decode()

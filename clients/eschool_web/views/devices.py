"""All devices of the school (4.6.8): whose they are, since when, and taking one out of use."""

from __future__ import annotations

from eschool_core.queries.devices import devices
from eschool_web.asking import Asked, Page
from eschool_web.views.officer import office, officer


def devices_page(asked: Asked) -> Page:
    """Return the devices in use, then those that are revoked.

    Raises:
        InputError: ``web.not_found``: it is not for this person.
    """
    officer(asked)
    found = asked.read(devices)
    return office(
        "devices.html",
        "/officer/devices",
        {
            "used": [one for one in found if one.revoked_at is None],
            "revoked": [one for one in found if one.revoked_at is not None],
        },
    )

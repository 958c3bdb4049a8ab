"""One's own duties on a page: a section is confirmed there, others lead to where they are kept."""

from __future__ import annotations

import re

import pytest

from eschool_core.domain.care import SectionConfirmation
from eschool_sync.sandbox import Sandbox
from tests.clients.web.conftest import DAY
from tests.clients.web.speaking import client_of, give

FORM = re.compile(
    r'data-act="confirm_section">.*?name="year_id"[^>]*value="(\d+)"'
    r'.*?name="section"[^>]*value="(\d+)"',
    re.DOTALL,
)


@pytest.mark.clause("4.3")
def test_a_section_that_lacks_something_is_refused_with_the_page_that_says_what() -> None:
    with Sandbox(DAY, seed=4) as school:
        officer = school.replica("officer")
        with client_of(officer) as (client, _):
            page = client.get("/duties").text
            year_id, section = map(int, FORM.findall(page)[0])
            refused = give(client, "confirm_section", year_id=year_id, section=section)
            assert refused is not None
            assert refused["clause"] == "4.3"
            assert "«Обязанности»" in str(refused["remedy"])
            assert officer.store.select(SectionConfirmation) == []
            assert re.search(r"<ul><li>.+?</li></ul>\s*<form data-act=\"confirm_section\"", page)
        with client_of(school.replica("class_teacher")) as (client, _):
            page = client.get("/duties").text
            assert '<a href="/class">Открыть</a>' in page
            assert "confirm_section" not in page

"""Files over HTTP: how they are handed out, and what is taken."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

import httpx
import pytest

from eschool_core.domain.files import LessonFile
from eschool_sync.sandbox import Sandbox
from tests.clients.web.portal_stage import Site, portal_site

CONTENT = b"%PDF-1.7 1"


@pytest.fixture(scope="module")
def site(school: Sandbox) -> Iterator[Site]:
    with portal_site(school) as made:
        yield made


def attach(site: Site, teacher: httpx.Client, name: str, content: bytes) -> httpx.Response:
    body = {
        "lesson_id": site.school.cast.first.id,
        "name": name,
        "content": b64encode(content).decode(),
        "for_homework": 0,
    }
    return teacher.post("/api/file", json=body)


def rows(site: Site) -> list[LessonFile]:
    return site.school.stage.school.store.select(LessonFile)


@pytest.mark.asvs("5.2.2")
def test_a_file_is_saved_and_never_shown(site: Site) -> None:
    cast = site.school.cast
    with site.client(cast.teacher_id) as teacher, site.client(cast.guardian_id) as family:
        assert attach(site, teacher, '../a"\r\nб.pdf', CONTENT).json()["refused"] is None
        [row] = rows(site)
        answer = family.get(f"/file/{row.id}")
        assert answer.content == CONTENT
        headers = answer.headers
        assert headers["content-disposition"].startswith("attachment; ")
        assert "/" not in headers["content-disposition"].split("UTF-8''")[0]
        assert headers["content-type"] == "application/pdf"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert headers["cache-control"] == "no-store"
        removed = {"kind": "remove_file", "fields": {"file_id": row.id}}
        assert teacher.post("/api/do", json=removed).json()["refused"] is None
        assert family.get(f"/file/{row.id}").status_code == family.get("/file/1").status_code


@pytest.mark.asvs("8.2.2")
def test_who_may_not_read_the_lesson_gets_no_file(site: Site) -> None:
    cast = site.school.cast
    with (
        site.client(cast.teacher_id) as teacher,
        site.client(site.school.stage.officer_id) as other,
    ):
        attach(site, teacher, "а.pdf", CONTENT)
        [row] = rows(site)
        refused, none = other.get(f"/file/{row.id}"), other.get("/file/77")
        assert refused.status_code == none.status_code != 200
        assert CONTENT not in refused.content
        teacher.post("/api/do", json={"kind": "remove_file", "fields": {"file_id": row.id}})


@pytest.mark.threat("T21")
def test_a_body_over_the_limit_is_refused_and_a_file_over_it_told(site: Site) -> None:
    with site.client(site.school.cast.teacher_id) as teacher:
        assert attach(site, teacher, "а.txt", b"a" * (3 * 1024 * 1024)).status_code == 413
        told = attach(site, teacher, "а.txt", b"a" * (2 * 1024 * 1024 + 1)).json()["refused"]
        assert "2 МБ" in told["text"]
        assert teacher.post("/api/file", json={"lesson_id": "1"}).status_code == 400
        assert rows(site) == []

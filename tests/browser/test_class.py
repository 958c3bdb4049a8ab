"""The class teacher by keyboard: reasons of absence, lists to print, requests, subgroups (4.6)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from eschool_web.views.class_groups import splits
from playwright.sync_api import Browser, Page, expect

from eschool_core.commands.group_drafts import ApproveGroups
from eschool_core.commands.lessons import RecordAttendance
from eschool_core.commands.paper import FilePaperApplication
from eschool_core.commands.pupil_requests import RequestRemoval
from eschool_core.domain.care import GroupApproval
from eschool_core.domain.enums import ExcuseKind, Presence
from eschool_core.domain.people import AbsenceExcuse, GroupTransfer
from eschool_core.domain.school import TeachingLoad
from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox
from tests.browser.conftest import DESK
from tests.browser.keyboard import Keyboard
from tests.browser.opening import opened
from tests.browser.test_everybody import scroll_width, violations
from tests.clients.web.conftest import DAY

PHONE = {"width": 360, "height": 740}


def class_of(school: Sandbox) -> int:
    [[found]] = school.stage.school.store.rows(
        "SELECT class_id FROM enrolment WHERE pupil_id = ?", school.cast.child
    )
    return int(found)


@pytest.fixture(scope="module")
def stage() -> Iterator[Sandbox]:
    """A day with three absent pupils, a guardian on paper, a pupil who leaves."""
    with Sandbox(DAY, seed=9) as school:
        cast, server, day = school.cast, school.stage.school, school.stage.day
        others = [pupil for pupil in cast.first_pupils if pupil != cast.child]
        for pupil in (cast.child, others[0], others[2]):
            absent = RecordAttendance(
                lesson_id=cast.first.id, pupil_id=pupil, presence=Presence.ABSENT
            )
            assert server.act(absent, cast.teacher_id).key == ""
        filed = FilePaperApplication(
            pupil_id=cast.child,
            guardian_id=cast.guardian_id,
            document="вх. 4",
            first_day=day - 20,
        )
        assert server.act(filed, cast.class_teacher_id).key == ""
        leaves = RequestRemoval(class_id=class_of(school), pupil_id=others[1], last_day=day + 3)
        assert server.act(leaves, cast.class_teacher_id).key == ""
        yield school


@pytest.fixture(scope="module")
def leader(stage: Sandbox) -> Replica:
    made = stage.replica("class_teacher")
    made.sync()
    return made


@pytest.fixture
def page(chromium: Browser, leader: Replica, complaints: list[str]) -> Iterator[Page]:
    with opened(chromium, leader, complaints) as (shown, pages):
        shown.goto(pages.url + "/class")
        yield shown


def reasons_of(leader: Replica) -> list[ExcuseKind]:
    return [ExcuseKind(entry.kind) for entry in leader.store.select(AbsenceExcuse)]


@pytest.mark.clause("4.6.2")
@pytest.mark.parametrize("layout", ["ru", "en"])
def test_a_reason_takes_one_key_and_another_one_mends_it(
    page: Page, leader: Replica, layout: str
) -> None:
    lines = page.locator("[data-reason]")
    expect(page.locator("#away")).to_contain_text(f"{lines.count()} (сегодня: {lines.count()})")
    keyboard = Keyboard(page, layout)
    before, whole = len(reasons_of(leader)), lines.count()
    assert whole > 1
    lines.first.locator("button").first.focus()
    keyboard.press("б")
    expect(lines.first.locator(".said")).to_have_text("✓ по болезни")
    expect(page.locator("#away")).to_contain_text(f"{whole - 1} (сегодня: {whole - 1})")
    expect(lines.nth(1).locator("button").first).to_be_focused()
    keyboard.press("ArrowUp")
    expect(lines.first.locator("button").first).to_be_focused()
    keyboard.press("у")
    expect(lines.first.locator(".said")).to_have_text("✓ уважительная причина")
    expect(page.locator("#away")).to_contain_text(f"{whole - 1} (сегодня: {whole - 1})")
    assert len(reasons_of(leader)) == before + 1
    assert reasons_of(leader)[-1] is ExcuseKind.VALID
    page.reload()
    expect(page.locator("[data-reason]")).to_have_count(whole - 1)


@pytest.mark.clause("4.6.5")
@pytest.mark.clause("4.6.6")
@pytest.mark.clause("4.6.9")
def test_the_cards_say_who_it_is_about(page: Page, stage: Sandbox) -> None:
    paper = page.locator("section[aria-labelledby=card-paper]")
    expect(paper.locator("h2")).to_contain_text(": 1")
    expect(paper.get_by_role("button", name="Напечатать все")).to_be_visible()
    requests = page.locator("section[aria-labelledby=card-requests]")
    expect(requests.locator("h2")).to_contain_text(": 1")
    expect(requests).to_contain_text("ожидает приказа")
    unseen = page.locator("section[aria-labelledby=card-unseen]")
    expect(unseen.locator("li").first).to_be_visible()
    assert violations(page) == []
    for size in (PHONE, DESK):
        assert scroll_width(page, size) <= size["width"]  # type: ignore[arg-type]


@pytest.mark.clause("4.6.4/1")
def test_a_split_is_approved_on_the_page(page: Page, leader: Replica, stage: Sandbox) -> None:
    page.get_by_role("link", name="Изменения и данные").first.press("Enter")
    rows = page.locator("#splits > li")
    approve = rows.get_by_role("button", name="Утвердить деление")
    count = approve.count()
    assert count
    before = len(leader.store.select(GroupApproval))
    approve.first.press("Enter")
    expect(page.locator("#act-said")).to_be_visible()
    assert len(leader.store.select(GroupApproval)) > before
    expect(approve).to_have_count(count - 1)


@pytest.mark.clause("4.6.4/2")
def test_a_planned_move_waits_and_is_made_when_the_application_is_there(
    page: Page, leader: Replica
) -> None:
    page.get_by_role("link", name="Изменения и данные").first.press("Enter")
    card = page.locator("#splits > li").first
    card.get_by_text("Наметить место или перевод").press("Enter")
    form = card.locator("details[open] form[data-act=draft_group]")
    whose = form.locator("[name=pupil_id] option").first.inner_text()
    name, _, group = whose.partition(" – ")
    others = [
        one for one in form.locator("[name=group_id] option").all_inner_texts() if one != group
    ]
    form.locator("[name=group_id]").select_option(label=others[0])
    form.get_by_role("button", name="Наметить").press("Enter")
    waiting = card.locator(".waiting > li")
    expect(waiting).to_have_count(1)
    expect(waiting).to_contain_text(f"{name}: {group} → {others[0]} заявления ещё нет")
    assert violations(page) == []
    assert scroll_width(page, PHONE) <= PHONE["width"]  # type: ignore[arg-type]
    page.set_viewport_size(DESK)
    before = len(leader.store.select(GroupTransfer))
    asked = waiting.locator("form[data-act=change_group]")
    asked.get_by_role("button", name="Перевести").press("Enter")
    expect(asked.locator("[name=document]")).to_be_focused()
    assert len(leader.store.select(GroupTransfer)) == before
    asked.locator("[name=document]").fill("вх. 57")
    asked.get_by_role("button", name="Перевести").press("Enter")
    expect(page.locator("#act-said")).to_be_visible()
    expect(waiting).to_have_count(0)
    assert len(leader.store.select(GroupTransfer)) == before + 1


@pytest.mark.clause("4.6.4/1")
def test_a_teacher_agrees_to_a_list_by_one_press(
    chromium: Browser, leader: Replica, stage: Sandbox, complaints: list[str]
) -> None:
    server, day = stage.stage.school, stage.stage.day
    [draft, *_] = splits(server.store, class_of(stage), day)
    approval = ApproveGroups(class_id=class_of(stage), subject_id=draft.subject_id, first_day=day)
    assert server.act(approval, stage.cast.class_teacher_id).key in ("", "group.already_there")
    [approved, *_] = server.store.select(GroupApproval, class_id=class_of(stage))
    [load, *_] = server.store.select(TeachingLoad, journal_id=approved.journal_id)
    teacher = stage.replica_of(load.staff_id)
    with opened(chromium, teacher, complaints) as (shown, pages):
        shown.goto(pages.url + "/groups")
        agree = shown.get_by_role("button", name="Согласен со списком")
        count = agree.count()
        assert count
        assert violations(shown) == []
        agree.first.press("Enter")
        expect(agree).to_have_count(count - 1)
        expect(shown.get_by_text("согласие дано").first).to_be_visible()


@pytest.mark.clause("1.4")
@pytest.mark.clause("4.5.2")
def test_a_release_by_a_document_shows_in_the_journal_and_says_no_cause(
    page: Page, leader: Replica, stage: Sandbox
) -> None:
    page.get_by_role("link", name="Изменения и данные").first.press("Enter")
    form = page.locator("#release")
    form.locator("summary").press("Enter")
    form.locator("[name=pupil_id]").select_option(str(stage.cast.child))
    form.locator("[name=subject_id]").select_option(label="Физическая культура")
    form.locator("[name=document]").fill("справка № 41")
    form.get_by_role("button", name="Внести").press("Enter")
    expect(form.locator("[name=last_day]")).to_be_focused()
    form.locator("[name=last_day]").fill("2026-12-25")
    form.get_by_role("button", name="Внести").press("Enter")
    expect(page.locator("#act-said")).to_be_visible()
    expect(page.locator("section[aria-labelledby=releases]")).to_contain_text(
        "Физическая культура: освобождён от предмета, справка № 41, 24.11.2026 – 25.12.2026"
    )
    page.get_by_role("link", name="Класс", exact=True).press("Enter")
    page.get_by_role("link", name="Физическая культура").first.press("Enter")
    page.wait_for_selector("#grid")
    expect(page.locator("#grid tbody td", has_text="осв.").first).to_be_visible()

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Route, expect

from eschool_core.commands.lessons import RecordMark
from eschool_core.domain.enums import Presence
from eschool_core.domain.informing import ResourceLink
from eschool_core.domain.journal import Attendance, Homework, JournalLine, Lesson, Mark, Topic
from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox
from eschool_sync.sandbox.sandbox import PASSPHRASE
from tests.browser.keyboard import Keyboard
from tests.clients.web.pages import Served

SETTLED = "td[data-s='t']"


def written(replica: Replica, school: Sandbox) -> dict[int, str]:
    """Return marks and attendance of the first lesson by pupil, in short."""
    lesson = school.cast.first
    with replica.reading() as store:
        lines = {
            line.part: line.pupil_id
            for line in store.select(JournalLine, journal_id=lesson.journal_id)
        }
        found: dict[int, str] = {}
        for mark in store.select(Mark, lesson_id=lesson.id):
            if mark.value:
                found[lines[mark.part]] = found.get(lines[mark.part], "") + str(mark.value)
        for entry in store.select(Attendance, lesson_id=lesson.id):
            if entry.presence:
                name = Presence(entry.presence).name[0] + str(entry.stated_reason)
                found[lines[entry.part]] = name + found.get(lines[entry.part], "")
    return found


def order(page: Page) -> list[str]:
    """Return the names of the roll as they stand on the page."""
    return page.locator("#grid tbody th.who").all_inner_texts()


def column(page: Page) -> list[str]:
    """Return what stands in the column that is looked at."""
    return page.locator("#grid tbody td.on").all_inner_texts()


def settled(page: Page) -> None:
    """Wait until no dialog is open and every key is saved."""
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.locator(SETTLED)).to_have_count(0)


@pytest.fixture(autouse=True)
def empty_column(page: Page, replica: Replica, school: Sandbox) -> None:
    """Begin each test with an empty column."""
    if written(replica, school):
        keys = Keyboard(page)
        keys.press(*["Delete", "ArrowDown"] * len(order(page)))
        settled(page)
        page.goto(page.url)
        page.wait_for_selector("td[data-c]:focus")
    assert written(replica, school) == {}


@pytest.mark.parametrize("layout", ["ru", "en"])
def test_the_codes_mean_the_same_in_both_layouts(
    page: Page, replica: Replica, school: Sandbox, layout: str
) -> None:
    keys = Keyboard(page, layout)
    keys.press("5", "н", "б", "у", "о", " ", "3", "+", "4", "2")
    settled(page)
    assert column(page)[:8] == ["5", "н", "н", "н", "о", "", "3/4", "2"]
    assert sorted(written(replica, school).values()) == ["2", "34", "5", "A0", "A2", "A3", "L0"]


def test_a_column_takes_one_key_a_pupil(page: Page, replica: Replica, school: Sandbox) -> None:
    keys = Keyboard(page)
    count = len(order(page))
    keys.press(*["4"] * count)
    settled(page)
    assert keys.pressed == count
    assert set(written(replica, school).values()) == {"4"}
    assert len(written(replica, school)) == count


def test_undo_goes_back_over_cells(page: Page, replica: Replica, school: Sandbox) -> None:
    keys = Keyboard(page)
    keys.press("5", "4", "н", "ArrowUp", "Delete")
    settled(page)
    assert column(page)[:3] == ["5", "4", ""]
    keys.press("Control+z", "Control+z")
    settled(page)
    assert column(page)[:3] == ["5", "4", ""]
    keys.press("Control+z", "Control+z", "Control+z")
    settled(page)
    assert column(page)[:3] == ["", "", ""]
    assert written(replica, school) == {}


@pytest.mark.parametrize("layout", ["ru", "en"])
def test_find_mode_never_takes_a_letter_for_a_code(page: Page, layout: str) -> None:
    keys = Keyboard(page, layout)
    names = [name.split()[1].lower() for name in order(page)]
    keys.press("F4", *names[2][:4], "Enter", *names[5][:4], "5", "Escape")
    settled(page)
    assert column(page)[2] == "н"
    assert column(page)[5] == "5"
    assert [text for text in column(page) if text] == ["н", "5"]


@pytest.mark.clause("4.5.1")
@pytest.mark.clause("4.5.6")
@pytest.mark.clause("4.5.3")
def test_topic_and_homework_of_the_plan_take_three_keys(
    page: Page, replica: Replica, school: Sandbox
) -> None:
    keys = Keyboard(page)
    proposed = page.locator("#topic").get_attribute("placeholder")
    keys.press("F8", "Enter", "Enter")
    assert keys.pressed == 3
    expect(page.locator("td[data-c]:focus")).to_have_count(1)
    expect(page.locator("#topic")).to_have_attribute("data-s", "h")
    page.wait_for_timeout(200)
    with replica.reading() as store:
        lesson = school.cast.first.id
        assert [topic.text for topic in store.select(Topic, lesson_id=lesson)] == [proposed]
    keys.press("F9", "0", "Enter")
    page.wait_for_timeout(200)
    with replica.reading() as store:
        [homework] = store.select(Homework, lesson_id=lesson)
    assert homework.text == ""


def test_the_first_press_after_a_refusal_explains_it(page: Page) -> None:
    keys = Keyboard(page)
    keys.press("9")
    expect(page.locator("#live")).to_contain_text("4.5.2")
    keys.press("ArrowRight", "5")
    expect(page.locator("#said")).to_contain_text("4.5.2")
    keys.press("F1")
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("не начался")
    keys.press("Escape")
    expect(page.locator("td[data-c]:focus")).to_have_count(1)


def test_a_pasted_column_is_shown_before_it_is_written(
    page: Page, replica: Replica, school: Sandbox
) -> None:
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.setData("text/plain", "5\\n4/3\\n\\nн\\nсемь\\n");
            document.activeElement.dispatchEvent(
                new ClipboardEvent("paste", {clipboardData: data, bubbles: true}));
        }"""
    )
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("не понято")
    assert written(replica, school) == {}
    page.keyboard.press("Enter")
    prove(page)
    settled(page)
    assert column(page)[:5] == ["5", "4/3", "", "н", ""]


def prove(page: Page) -> None:
    """Enter the passphrase once more, where many cells change at one press."""
    expect(page.locator("#proof")).to_be_focused()
    page.keyboard.insert_text(PASSPHRASE)
    page.keyboard.press("Enter")
    expect(page.locator("#proof")).to_have_count(0)


def test_everything_since_a_minute_is_undone_at_once(
    page: Page, replica: Replica, school: Sandbox
) -> None:
    keys = Keyboard(page)
    keys.press("5", "4", "н")
    settled(page)
    page.get_by_role("button", name="Отменить всё с").click()
    page.locator("#undo-time").fill("00:05")
    page.keyboard.press("Enter")
    expect(page.locator("dialog table tr")).to_have_count(3)
    page.keyboard.press("Enter")
    prove(page)
    expect(page.locator("td.on", has_text="н")).to_have_count(0)
    settled(page)
    assert written(replica, school) == {}


def test_a_comment_is_kept_with_its_mark(page: Page, replica: Replica, school: Sandbox) -> None:
    keys = Keyboard(page)
    keys.press("4", "ArrowUp", "F2")
    page.locator("#dialog-line").fill("хорошо, но небрежно")
    page.keyboard.press("Enter")
    settled(page)
    with replica.reading() as store:
        comments = [mark.comment for mark in store.select(Mark, lesson_id=school.cast.first.id)]
    assert "хорошо, но небрежно" in comments


def test_the_grid_has_one_tab_stop_and_esc_leaves_it(page: Page) -> None:
    stops = page.locator("#grid td[tabindex='0']")
    assert stops.count() == 1
    Keyboard(page).press("ArrowDown", "ArrowDown")
    assert stops.count() == 1
    page.keyboard.press("Escape")
    expect(page.locator("#topic")).to_be_focused()


def test_names_and_the_focus_are_never_behind_the_headers(page: Page, pages: Served) -> None:
    Keyboard(page).press("Control+End", *["ArrowLeft"] * 25, "Control+Home")
    covered = page.evaluate(
        """() => {
            const cell = document.activeElement.getBoundingClientRect();
            const at = document.elementFromPoint(cell.x + cell.width / 2, cell.y + cell.height / 2);
            return at !== document.activeElement;
        }"""
    )
    assert not covered


@pytest.mark.clause("2.12")
def test_a_link_is_added_to_the_lesson_and_taken_away(
    page: Page, replica: Replica, school: Sandbox
) -> None:
    page.get_by_role("button", name="Добавить ссылку").click()
    page.locator("#link-url").fill("javascript:alert(1)")
    page.locator("#link-title").fill("Видео")
    page.keyboard.press("Enter")
    expect(page.locator("dialog .refusal")).not_to_be_empty()
    page.locator("#link-url").fill("https://video.example.org/1?a=<b>")
    page.keyboard.press("Enter")
    link = page.locator("#links a")
    expect(link).to_have_text("Видео")
    assert link.get_attribute("rel") == "noreferrer"
    with replica.reading() as store:
        [kept] = store.select(ResourceLink)
        assert kept.lesson_id == school.cast.first.id
    page.get_by_role("button", name="Убрать ссылку").click()
    expect(link).to_have_count(0)
    with replica.reading() as store:
        assert store.select(ResourceLink) == []


@pytest.mark.clause("2.8")
def test_the_forecast_stands_beside_the_mean_and_is_told_in_words(
    page: Page, replica: Replica, school: Sandbox
) -> None:
    lessons = [
        lesson
        for lesson in replica.store.select(Lesson, journal_id=school.cast.first.journal_id)
        if lesson.day < school.cast.first.day
    ][-5:]
    pupil = school.cast.first_pupils[0]
    for lesson in lessons:
        replica.do(RecordMark(lesson_id=lesson.id, pupil_id=pupil, value=2))
    page.reload()
    page.wait_for_selector("td[data-c]:focus")
    chip = page.locator("#grid .chip.risky")
    expect(chip).to_have_count(1)
    expect(chip).to_have_text("!2")
    row = chip.locator("xpath=ancestor::tr")
    row.locator("td.on").click()
    Keyboard(page).press("F1")
    expect(page.locator("dialog")).to_contain_text("Вероятность неуспеваемости")


@pytest.mark.clause("2.2")
def test_the_history_of_topic_and_homework_opens_in_their_field(page: Page) -> None:
    keys = Keyboard(page)
    keys.press("F8")
    page.locator("#topic").fill("Первая тема")
    keys.press("Enter", "Escape", "F8")
    page.locator("#topic").fill("Вторая тема")
    keys.press("Enter", "Escape", "F8", "F1")
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("Первая тема")
    expect(dialog).to_contain_text("Вторая тема")
    keys.press("Escape")
    expect(page.locator("#topic")).to_be_focused()


@contextmanager
def saving_held(page: Page) -> Iterator[None]:
    """Hold back what is being saved until the block ends."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/do-each", hold)
    yield
    assert held
    for route in held:
        route.continue_()
    page.unroute("**/api/do-each")


@pytest.mark.clause("2.2")
def test_the_history_of_a_cell_waits_for_what_is_being_saved(page: Page) -> None:
    """F1 at once after an entry: what is asked for must not overtake it."""
    with saving_held(page):
        Keyboard(page).press("4", "ArrowUp", "F1")
        page.wait_for_timeout(300)
        expect(page.locator("dialog")).to_have_count(0)
    expect(page.locator("dialog table em").locator("xpath=..")).to_contain_text("4")


@pytest.mark.clause("2.2")
def test_the_history_of_a_topic_waits_for_what_is_being_saved(page: Page) -> None:
    keys = Keyboard(page)
    with saving_held(page):
        keys.press("F8")
        page.locator("#topic").fill("Задержанная тема")
        keys.press("Enter", "Escape", "F8", "F1")
        page.wait_for_timeout(300)
        expect(page.locator("dialog")).to_have_count(0)
    expect(page.locator("dialog")).to_contain_text("Задержанная тема")

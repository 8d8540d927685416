"""The four flows by keyboard alone: every key is counted, and the server's time is added up.

The pictures and the table of docs/reference/keys-of-the-desk.md come from here (pytest -s).
"""

from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, Request, expect

from browsers import screenshot
from cast import a_listed_student
from desk_cast import a_fresh_list, a_listed_parent, marisol_at
from schoolgate.accounts.models import User
from schoolgate.districts.models import School
from schoolgate.frontdesk.models import BellSchedule, DeskEvent, EventKind
from schoolgate.roster.models import Student

HOME = "/d/maple-valley/desk/oak/log/"
ASKED = frozenset({"document", "xhr", "fetch"})


pytestmark = pytest.mark.usefixtures("at_142_pm")


@pytest.fixture
def marisol(transactional_db: None, oak: School) -> Student:
    a_fresh_list(oak)
    BellSchedule.objects.create(district=oak.district, school=oak, lines="6 13:35-14:20")
    a_listed_student(oak, "Ben", "Ash", grade="04", identifier="20091180")
    marisol = marisol_at(oak)
    a_listed_parent(marisol)
    return marisol


@dataclass
class Walk:
    """A clerk at the keyboard: what she presses is counted, what she waits for is added up."""

    page: Page
    name: str
    keys: int = 0
    server_ms: float = 0.0
    steps: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("requestfinished", self._finished)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text, delay=5)
        self.keys += len(text)

    def see(self, step: str) -> None:
        """Take one picture of the film."""
        self.steps.append(step)
        screenshot(self.page, f"walk-{self.name}-{len(self.steps)}-{step}")

    def choose(self, letters: str) -> None:
        """Find a child by some letters, and choose the first who is shown."""
        self.type(letters)
        expect(self.page.locator("#found [role=option]")).to_have_count(1)
        self.press("ArrowDown", "Enter")

    def end(self) -> None:
        self.page.remove_listener("requestfinished", self._finished)
        print(f"\n{self.name}: {self.keys} keys, {self.server_ms:.0f} ms of server time")  # noqa: T201  # for that table

    def _finished(self, request: Request) -> None:
        # What the page asks by itself, every few seconds, nobody waits for.
        if request.resource_type in ASKED and "/help/now/" not in request.url:
            timing = request.timing
            self.server_ms += max(timing["responseStart"] - timing["requestStart"], 0)


def test_a_late_child_is_down_with_six_keys(page: Page, dana: User, marisol: Student) -> None:
    page.goto(HOME)
    walk = Walk(page, "late")

    walk.press("Alt+l")
    expect(page.locator("#search")).to_be_focused()
    walk.choose("ash")
    expect(page.get_by_role("button", name="Record")).to_be_focused()
    walk.see("chosen")
    walk.press("Enter")
    expect(page.get_by_role("heading", name="ASH, Ben late at 1:42 PM")).to_be_visible()
    walk.see("recorded")

    walk.end()
    assert walk.keys <= 7
    assert DeskEvent.objects.get().kind == EventKind.LATE_ARRIVAL


def test_a_parent_takes_a_child_and_she_comes_back(
    page: Page, dana: User, marisol: Student
) -> None:
    page.goto(HOME)
    out = Walk(page, "departure")

    out.press("Alt+o")
    expect(page.locator("#search")).to_be_focused()
    out.choose("riv")
    expect(page.locator("#adult")).to_be_focused()
    out.see("child")
    out.type("robert rivera")
    out.press("Enter")
    expect(page.locator("#verdict-word")).to_be_focused()
    out.see("verdict")
    out.press("Tab", "Space")
    expect(page.locator("#verdict-word")).to_have_text("ALLOW")
    out.press("Control+Enter")
    expect(page.get_by_role("heading", name="released to Robert RIVERA")).to_be_focused()
    out.see("released")
    out.end()

    back = Walk(page, "return")
    back.press("Alt+r")
    expect(page.get_by_role("button", name="Back : RIVERA, Marisol J.")).to_be_focused()
    back.see("list")
    back.press("Enter")
    expect(page.get_by_role("heading", name="RIVERA, Marisol J. back at")).to_be_visible()
    back.see("back")
    back.end()

    # 20 seconds for a clerk (frontdesk.md 2.1): a name of 13 letters is most of it.
    assert out.keys <= 23
    assert back.keys == 2


def test_a_parent_sees_her_child_for_lunch(page: Page, dana: User, marisol: Student) -> None:
    page.goto(HOME)
    walk = Walk(page, "visit")

    walk.press("Alt+v")
    expect(page.locator("#search")).to_be_focused()
    walk.choose("riv")
    expect(page.locator("#adult")).to_be_focused()
    walk.type("robert rivera")
    walk.press("Enter")
    expect(page.locator("#verdict-word")).to_be_focused()
    walk.press("Tab", "Space")
    expect(page.locator("#verdict-word")).to_have_text("ALLOW")
    walk.see("allowed")
    walk.press("Control+Enter")
    expect(page.get_by_role("heading", name="Robert RIVERA signed in")).to_be_focused()
    walk.see("badge")

    walk.end()
    assert walk.keys <= 23

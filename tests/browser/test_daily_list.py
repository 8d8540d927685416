"""The list for a day without a network: on paper, and in the browser when nothing answers."""

import pytest
from playwright.sync_api import BrowserContext, Error, Page, expect

from browsers import assert_good
from cast import a_listed_student
from desk_cast import a_fresh_list, a_listed_parent, an_order_against, marisol_at
from schoolgate.accounts.models import User
from schoolgate.districts.models import School
from schoolgate.roster.models import Student

OAK = "/d/maple-valley/desk/oak"
# Waits until the caches hold so many entries: the list, and its four style sheets.
HOLDS = """async (wanted) => {
  for (let tries = 0; tries < 100; tries += 1) {
    const names = await caches.keys();
    let held = 0;
    for (const name of names) held += (await (await caches.open(name)).keys()).length;
    if (held === wanted) return true;
    await new Promise((done) => setTimeout(done, 50));
  }
  return false;
}"""


pytestmark = pytest.mark.usefixtures("at_142_pm")


@pytest.fixture
def marisol(transactional_db: None, oak: School) -> Student:
    a_fresh_list(oak)
    marisol = marisol_at(oak)
    a_listed_parent(marisol)
    an_order_against(marisol)
    for number in range(40):
        a_listed_student(
            oak, "Ben", f"Ash{number:02}", sourced_id=f"b{number}", identifier="20091180"
        )
    return marisol


def test_the_list_of_the_day_prints_a_school_on_few_pages(
    page: Page, dana: User, marisol: Student
) -> None:
    page.goto(f"{OAK}/log/")
    page.get_by_role("link", name="List of the day").click()
    expect(page.get_by_text("Do not release to Carl Dunn")).to_be_visible()
    expect(page.get_by_text("cannot be reached")).to_be_hidden()
    assert_good(page, "daily-list")

    pdf = page.pdf(prefer_css_page_size=True, format="Letter")

    assert pdf.count(b"/Type /Page\n") == 1


def test_when_nothing_answers_the_last_list_is_there_and_goes_with_the_sign_in(
    page: Page, context: BrowserContext, complaints: list[str], dana: User, marisol: Student
) -> None:
    page.goto(f"{OAK}/early-departure/")
    assert page.evaluate(HOLDS, 5)

    context.set_offline(True)
    page.goto(f"{OAK}/late-arrival/")
    expect(page.get_by_role("alert").filter(has_text="cannot be reached")).to_be_visible()
    expect(page.get_by_text("RIVERA, Marisol J.")).to_be_visible()
    assert_good(page, "offline")

    page.evaluate(
        """async () => {
          const [name] = await caches.keys();
          const cache = await caches.open(name);
          const list = (await cache.keys()).find((one) => one.url.endsWith("/list/"));
          const kept = await cache.match(list);
          const before = String(Date.now() - 25 * 60 * 60 * 1000);
          const headers = { "content-type": "text/html", "x-kept-at": before };
          await cache.put(list, new Response(await kept.text(), { headers }));
        }"""
    )
    with pytest.raises(Error, match="ERR_FAILED"):
        page.goto(f"{OAK}/late-arrival/")

    context.set_offline(False)
    page.goto(f"{OAK}/early-departure/")
    assert page.evaluate(HOLDS, 5)
    page.get_by_text("Dana S.").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/**")

    assert page.evaluate(HOLDS, 0)
    # That the network was away is what the browser complained of.
    assert all("ERR_INTERNET_DISCONNECTED" in one for one in complaints)
    complaints.clear()

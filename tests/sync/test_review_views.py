"""The pages on which a district reads what waits, and decides."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from cast import (
    MONDAY,
    a_district_admin,
    a_run,
    a_support_person,
    lists_of,
    pairs_of,
    parent,
    student,
    sync,
)
from fakes import FakeClock, FakeSource
from schoolgate.districts.models import District
from schoolgate.registrations.models import Registration
from schoolgate.sync.models import Hold, PlannedChange, SyncRun

pytestmark = pytest.mark.django_db

WHY = "The registrar of Oak has confirmed it."
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _on_monday() -> object:
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def lee(client: Client, maple_valley: District) -> Client:
    client.force_login(a_district_admin(maple_valley))
    return client


@pytest.fixture
def held(registration: Registration, source: FakeSource) -> Hold:
    """Forty of 103 students of Oak would go; one comes, and Fir goes on as before."""
    for n in range(100):
        source.put(
            student(f"s{n}", f"Kid{n:02}", "Many", agents=(f"p{n}",), grades=[f"{n % 5 + 1:02}"])
        )
        source.put(parent(f"p{n}", f"Parent{n:02}", "Many"))
    sync(registration, source)
    source.drop(*(f"s{n}" for n in range(40)))
    source.put(student("gil", "Gil", "Ames"))
    sync(registration, source)
    return Hold.objects.select_related("run").get()


@pytest.fixture
def links(registration: Registration, source: FakeSource) -> Hold:
    """Forty children of Oak lose their only contact."""
    for n in range(40):
        source.put(student(f"s{n}", f"Kid{n:02}", "Many", agents=(f"p{n}",)))
        source.put(parent(f"p{n}", f"Parent{n:02}", "Many"))
    sync(registration, source)
    for n in range(40):
        source.change(f"s{n}", agents=[])
    sync(registration, source)
    return Hold.objects.select_related("run").get()


def _text(answer: object) -> str:
    page = answer.content.decode()  # type: ignore[attr-defined]
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def _ticked(hold: Hold) -> str:
    return f"{hold.id}:{hold.checksum}"


def _review(hold: Hold) -> str:
    return f"/d/maple-valley/runs/{hold.run_id}/review/"


def _decide(client: Client, hold: Hold, decision: str, **more: str) -> str:
    words = {"hold": _ticked(hold), "decision": decision, "why": WHY, **more}
    answer = client.post(f"/d/maple-valley/runs/{hold.run_id}/decide/", words, follow=True)
    return _text(answer)


# --- what waits -----------------------------------------------------------------------------


def test_the_page_says_why_with_numbers_what_it_may_be_and_what_went_on(
    lee: Client, held: Hold
) -> None:
    answer = _text(lee.get(_review(held)))

    assert (
        "40 of 103 students of Oak Elementary are not in the source any more; more than 25 at once "
        "waits for a person." in answer
    )
    assert "What it may be, and what to do:" in answer
    assert "What to do:" in answer
    assert "Went on without waiting at this school: 1 student added" in answer
    assert "until 2:10 AM; after that, sync again first" in answer


def test_the_page_of_a_run_names_no_child(lee: Client, held: Hold) -> None:
    answer = lee.get(_review(held))

    assert "Kid0" not in answer.content.decode()


def test_thirty_schools_that_wait_cost_no_more_queries_than_one(
    lee: Client,
    registration: Registration,
    maple_valley: District,
    django_assert_max_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    run = a_run(registration, state="held")
    for n in range(30):
        school = maple_valley.schools.create(code=f"s-{n}", name=f"School {n}")
        Hold.objects.create(
            district=maple_valley,
            run=run,
            school=school,
            kind="relationship",
            reason="too_many_removed",
            count=41,
            of=312,
            limit=31,
            checksum="f" * 64,
        )

    with django_assert_max_num_queries(22):
        lee.get(f"/d/maple-valley/runs/{run.id}/review/")


def test_a_link_ticks_all_of_a_page_that_may_be_approved(
    lee: Client, held: Hold, maple_valley: District
) -> None:
    for code, reason in (("elm", "too_many_removed"), ("ash", "ids_turned_over")):
        Hold.objects.create(
            district=maple_valley,
            run=held.run,
            school=maple_valley.schools.create(code=code, name=code.title()),
            kind="student",
            reason=reason,
            count=41,
            of=312,
            limit=31,
        )

    before = lee.get(_review(held)).content.decode()
    after = lee.get(f"{_review(held)}?tick=all").content.decode()

    assert "?page=1&amp;tick=all" in before
    assert (before.count(" checked>"), after.count(" checked>")) == (1, 3)


def test_a_run_that_holds_nothing_says_so(lee: Client, registration: Registration) -> None:
    run = a_run(registration)

    assert "Nothing waits" in _text(lee.get(f"/d/maple-valley/runs/{run.id}/review/"))


def test_support_reads_why_and_neither_names_nor_decides(client: Client, held: Hold) -> None:
    Hold.objects.update(decision="discarded", why="Ask Kid07's mother", decided_at=MONDAY)
    client.force_login(a_support_person())

    page = client.get(_review(held))
    names = client.get(f"/d/maple-valley/holds/{held.id}/")

    assert "40 of 103 students" in _text(page)
    assert "decides, and sees the names" in _text(page)
    assert "Kid07" not in _text(page)
    assert names.status_code == 403


# --- by name ------------------------------------------------------------------------------------


def test_a_hold_shows_who_would_go_and_what_the_desk_could_not_do(lee: Client, held: Hold) -> None:
    answer = _text(lee.get(f"/d/maple-valley/holds/{held.id}/"))

    assert (
        "Kid07 Many 03 Leaves the list of Oak Elementary. The desk could not release this "
        "student, nor see 1 contact." in answer
    )
    assert "40 in all." in answer


def test_a_lost_contact_says_who_could_not_collect_whom_and_when_nobody_is_left(
    lee: Client, links: Hold
) -> None:
    answer = _text(lee.get(f"/d/maple-valley/holds/{links.id}/"))

    assert (
        "Parent07 Many (parent) is no longer a contact of Kid07 Many, and could not collect this "
        "student." in answer
    )
    assert "No contact would be left on file." in answer


def test_names_come_fifty_a_page_in_the_order_of_the_alphabet(
    lee: Client, registration: Registration, source: FakeSource
) -> None:
    source.put(*(student(f"s{n}", f"Kid{n:02}", "Many") for n in range(80)))
    sync(registration, source)
    source.drop(*(f"s{n}" for n in range(60)))
    sync(registration, source)
    hold = Hold.objects.get()

    first = lee.get(f"/d/maple-valley/holds/{hold.id}/")
    second = lee.get(f"/d/maple-valley/holds/{hold.id}/?page=2")

    assert [effect.who for effect in first.context["effects"]][:2] == ["Kid00 Many", "Kid01 Many"]
    assert len(first.context["effects"]) == 50
    assert len(second.context["effects"]) == 10


def test_a_name_is_searched_for_and_stands_in_no_address(lee: Client, held: Hold) -> None:
    address = f"/d/maple-valley/holds/{held.id}/"

    answer = lee.post(address, {"q": "kid1 many"})
    in_the_address = lee.get(f"{address}?q=kid1")

    assert [effect.who for effect in answer.context["effects"]] == [
        f"Kid{n} Many" for n in range(10, 20)
    ]
    assert len(in_the_address.context["effects"]) == 40


def test_an_adult_is_found_by_name_too(lee: Client, links: Hold) -> None:
    answer = lee.post(f"/d/maple-valley/holds/{links.id}/", {"q": "parent07"})

    assert [effect.who for effect in answer.context["effects"]] == ["Kid07 Many"]


def test_a_search_that_finds_nobody_says_so(lee: Client, held: Hold) -> None:
    answer = _text(lee.post(f"/d/maple-valley/holds/{held.id}/", {"q": "zoe"}, headers=HTMX))

    assert "Nobody here has this name" in answer
    assert "0 of 40 fit." in answer
    assert "Decide" not in answer


# --- deciding -----------------------------------------------------------------------------------


def test_an_approval_goes_to_the_lists_and_who_and_why_stay(
    lee: Client, held: Hold, maple_valley: District
) -> None:
    answer = _decide(lee, held, "approved")

    assert "1 decision is noted: approved." in answer
    assert "Lee P. approved it, 12:10 AM. Why: “The registrar of Oak has confirmed it.”" in answer
    assert len(lists_of(maple_valley)["oak"]) == 64
    assert SyncRun.objects.get(pk=held.run_id).state == "applied"


def test_what_is_kept_stays_and_the_page_says_what_comes_next(
    lee: Client, held: Hold, maple_valley: District
) -> None:
    answer = _decide(lee, held, "discarded")

    assert "everybody stays" in answer
    assert "Lee P. kept what we have, 12:10 AM." in answer
    assert "The next sync looks again; what is still so then waits again." in answer
    assert len(lists_of(maple_valley)["oak"]) == 104


def test_without_a_reason_the_page_comes_again_with_what_was_ticked(
    lee: Client, held: Hold
) -> None:
    answer = lee.post(
        f"/d/maple-valley/runs/{held.run_id}/decide/",
        {"hold": _ticked(held), "decision": "approved", "why": "gone"},
    )

    assert answer.status_code == 422
    assert "Say why, in at least 10 characters." in _text(answer)
    assert f'value="{_ticked(held)}" checked' in answer.content.decode()


def test_without_a_tick_nothing_is_decided(lee: Client, held: Hold) -> None:
    answer = lee.post(
        f"/d/maple-valley/runs/{held.run_id}/decide/", {"decision": "approved", "why": WHY}
    )

    assert "Tick what you decide on." in _text(answer)


def test_an_error_on_the_page_of_a_hold_shows_that_page_again(lee: Client, held: Hold) -> None:
    answer = lee.post(
        f"/d/maple-valley/runs/{held.run_id}/decide/",
        {"hold": _ticked(held), "decision": "approved", "why": "", "page_of": str(held.id)},
    )

    assert answer.status_code == 422
    assert "Who, and what the desk could not do any more" in _text(answer)


@pytest.mark.parametrize("said", ["77:aa", "x:aa", "", "-1:aa", "²:aa"])
def test_what_is_not_of_this_sync_is_not_decided(lee: Client, held: Hold, said: str) -> None:
    lee.post(
        f"/d/maple-valley/runs/{held.run_id}/decide/",
        {"hold": said, "decision": "approved", "why": WHY},
    )

    held.refresh_from_db()
    assert held.decision == ""


def test_a_hold_of_another_sync_does_not_come_in_by_a_forged_form(
    lee: Client, held: Hold, registration: Registration, source: FakeSource
) -> None:
    newer = sync(registration, source)

    answer = _text(
        lee.post(
            f"/d/maple-valley/runs/{newer.id}/decide/",
            {"hold": _ticked(held), "decision": "approved", "why": WHY},
            follow=True,
        )
    )

    assert "not part of this sync any more" in answer


def test_a_plan_that_changed_meanwhile_is_read_again_first(
    lee: Client, held: Hold, maple_valley: District
) -> None:
    PlannedChange.objects.filter(student_sourced_id="s3", kind="student").delete()

    answer = _decide(lee, held, "approved")

    assert "it changed meanwhile" in answer
    assert len(lists_of(maple_valley)["oak"]) == 104


def test_after_two_hours_the_page_offers_to_sync_again_and_only_to_keep(
    lee: Client, held: Hold
) -> None:
    with time_machine.travel(MONDAY + timedelta(hours=2, minutes=1), tick=False):
        page = _text(lee.get(_review(held)))
        answer = _decide(lee, held, "approved")

    assert "Too old to approve" in page
    assert "Approve: the SIS is right" not in page
    assert "Keep what we have" in page
    assert "Sync again first" in page
    assert "found more than 2 hours ago" in answer


def test_after_a_newer_sync_the_page_leads_there(
    lee: Client, held: Hold, registration: Registration, source: FakeSource
) -> None:
    newer = sync(registration, source, FakeClock(MONDAY + timedelta(minutes=5)))

    answer = _text(lee.get(_review(held)))

    assert f"Sync {newer.id} is newer." in answer
    assert "Decide on what is ticked" not in answer


def test_turned_over_ids_are_explained_and_cannot_be_approved(
    lee: Client, registration: Registration, source: FakeSource
) -> None:
    source.put(*(student(f"s{n}", f"Kid{n}", "Many") for n in range(20)))
    sync(registration, source)
    source.drop(*(f"s{n}" for n in range(20)))
    source.put(*(student(f"new-{n}", f"Kid{n}", "Many") for n in range(20)))
    run = sync(registration, source)

    page = lee.get(f"/d/maple-valley/runs/{run.id}/review/")

    answer = _text(page)
    assert "The SIS gives everybody a new id" in answer
    assert "/d/maple-valley/registrations/main-sis/rekey/" in page.content.decode()
    assert "20 of the 20 students who would go come again under another id" in answer
    assert "Approve: the SIS is right" not in answer


def test_while_an_approval_is_being_written_the_page_tells_how_far_it_is(
    lee: Client, held: Hold
) -> None:
    Hold.objects.update(decision="approved", decided_at=MONDAY)

    page = _text(lee.get(_review(held)))
    part = lee.get(_review(held), headers=HTMX)
    Hold.objects.update(applied_at=MONDAY)
    end = lee.get(_review(held), headers=HTMX)

    assert "0 of 1 school is done" in page
    assert part.status_code == 200
    assert (end.status_code, end["HX-Refresh"]) == (286, "true")


def test_a_mass_loss_of_contacts_is_explained(lee: Client, links: Hold) -> None:
    answer = _text(lee.get(_review(links)))

    assert "Contacts are switched off at the source" in answer


def test_approved_links_end_and_students_stay(
    lee: Client, links: Hold, maple_valley: District
) -> None:
    _decide(lee, links, "approved")

    assert len(lists_of(maple_valley)["oak"]) == 43
    assert len(pairs_of(maple_valley)) == 5


def test_a_page_of_names_costs_few_queries(
    lee: Client,
    held: Hold,
    django_assert_max_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    with django_assert_max_num_queries(28):
        lee.get(f"/d/maple-valley/holds/{held.id}/")

"""A person lets held removals through: exactly those, with a reason, and not after a newer sync."""

import pytest
from django.test import Client

from cast import MONDAY, a_district_admin, lists_of, pairs_of, parent, student, sync
from fakes import FakeClock, FakeSource
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import District
from schoolgate.oneroster.records import Verdict
from schoolgate.registrations.models import Registration, SourceSchool
from schoolgate.roster.models import Guardian
from schoolgate.sync import runs
from schoolgate.sync.models import Hold, SyncRun
from schoolgate.sync.review import CannotLetThrough, let_through
from schoolgate.sync.single_flight import AlreadyRunning

pytestmark = pytest.mark.django_db
WHY = "The second grade moved to Pine Ridge."


@pytest.fixture
def held(registration: Registration, source: FakeSource) -> Hold:
    """All of Oak would go; Fir goes on as before."""
    sync(registration, source)
    source.drop("ana", "ben", "cy")
    sync(registration, source)
    return Hold.objects.select_related("run__registration", "school").get()


def decide(hold: Hold, why: str = WHY) -> int:
    return let_through(hold, by=1, why=why, clock=FakeClock())


def test_what_was_held_is_applied_with_what_hangs_on_it(held: Hold, maple_valley: District) -> None:
    count = decide(held)

    assert count == 3
    assert lists_of(maple_valley) == {"oak": set(), "fir": {"dee"}}
    assert pairs_of(maple_valley) == {("dee", "ada")}
    assert Guardian.objects.get(sourced_id="eva").state == "departed"
    assert Guardian.objects.get(sourced_id="ada").state == "active"


def test_the_run_says_what_was_let_through_and_the_list_is_fresh(held: Hold) -> None:
    decide(held)

    run = SyncRun.objects.get(pk=held.run_id)
    assert run.state == "applied"
    assert run.changes["student.departed"] == 3
    assert SourceSchool.objects.get(sourced_id="oak").list_as_of == FakeClock().now


def test_the_next_sync_finds_nothing_to_do(
    held: Hold, registration: Registration, source: FakeSource
) -> None:
    decide(held)

    assert sync(registration, source).state == "unchanged"


def test_a_mass_loss_of_links_is_let_through_and_the_students_stay(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    for n in range(40):
        source.put(student(f"s{n}", f"Kid {n}", "Many", agents=(f"p{n}",)))
        source.put(parent(f"p{n}", f"Parent {n}", "Many"))
    sync(registration, source)
    for n in range(40):
        source.change(f"s{n}", agents=[])
    sync(registration, source)

    decide(Hold.objects.select_related("run__registration").get())

    assert len(lists_of(maple_valley)["oak"]) == 43
    assert len(pairs_of(maple_valley)) == 5
    assert sync(registration, source).state == "unchanged"


def test_who_and_why_is_on_record(held: Hold) -> None:
    decide(held)

    entry = AuditEntry.objects.get(action="hold.let_through")
    assert (entry.actor_id, entry.detail["count"], entry.detail["why"]) == (1, 3, WHY)


def test_a_reason_is_asked_for(held: Hold, maple_valley: District) -> None:
    with pytest.raises(CannotLetThrough, match="at least 10"):
        decide(held, why="ok")

    assert len(lists_of(maple_valley)["oak"]) == 3


def test_after_a_newer_sync_the_old_hold_is_history(
    held: Hold, registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)

    with pytest.raises(CannotLetThrough, match="newer sync"):
        decide(held)

    assert len(lists_of(maple_valley)["oak"]) == 3


def test_turned_over_ids_are_never_let_through(
    registration: Registration, source: FakeSource
) -> None:
    source.put(*(student(f"s{n}", f"Kid {n}", "Many") for n in range(20)))
    sync(registration, source)
    source.drop(*(f"s{n}" for n in range(20)))
    source.put(*(student(f"new-{n}", f"Kid {n}", "Many") for n in range(20)))
    sync(registration, source)

    with pytest.raises(CannotLetThrough, match="twice"):
        decide(Hold.objects.select_related("run__registration").get(kind="student"))


def test_an_administrator_does_it_on_the_page_of_the_run(
    held: Hold, maple_valley: District, client: Client
) -> None:
    client.force_login(a_district_admin(maple_valley))

    page = client.post(f"/d/maple-valley/holds/{held.id}/let-through/", {"why": WHY}, follow=True)

    assert "3 removals were let through" in page.content.decode()
    assert lists_of(maple_valley)["oak"] == set()


def test_a_second_click_says_that_it_is_decided(
    held: Hold, maple_valley: District, client: Client
) -> None:
    client.force_login(a_district_admin(maple_valley))
    address = f"/d/maple-valley/holds/{held.id}/let-through/"
    client.post(address, {"why": WHY})

    page = client.post(address, {"why": WHY}, follow=True)

    assert "decided already" in page.content.decode()


def test_letting_links_through_leaves_the_children_whose_departure_is_held(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    for n in range(80):
        source.put(student(f"s{n}", f"Kid {n}", "Many", agents=(f"p{n}",)))
        source.put(parent(f"p{n}", f"Parent {n}", "Many"))
    sync(registration, source)
    source.drop(*(f"s{n}" for n in range(40)))
    for n in range(40, 80):
        source.change(f"s{n}", agents=[])
    sync(registration, source)

    decide(Hold.objects.select_related("run__registration").get(kind="relationship"))

    assert {("s1", "p1"), ("s39", "p39")} <= pairs_of(maple_valley)
    assert not {pair for pair in pairs_of(maple_valley) if pair[0] in ("s40", "s79")}


def test_links_that_were_let_go_stay_gone_over_half_a_pull(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    for n in range(40):
        source.put(student(f"s{n}", f"Kid {n}", "Many", agents=(f"p{n}",)))
        source.put(parent(f"p{n}", f"Parent {n}", "Many"))
    sync(registration, source)
    for n in range(40):
        source.change(f"s{n}", agents=[])
    sync(registration, source)
    decide(Hold.objects.select_related("run__registration").get())
    half = {name: person for name, person in source.people.items() if name.startswith("p")}

    sync(
        registration,
        FakeSource(people=half, users_verdict=Verdict(complete=False, received=0, reason="cut")),
    )

    assert len(pairs_of(maple_valley)) == 5


def test_a_hold_of_a_sync_that_did_not_end_well_is_not_decided(held: Hold) -> None:
    SyncRun.objects.filter(pk=held.run_id).update(state="failed")
    held.run.refresh_from_db()

    with pytest.raises(CannotLetThrough, match="sync once more"):
        decide(held)


def test_while_the_source_is_down_the_last_hold_can_still_be_decided(
    held: Hold, registration: Registration, maple_valley: District
) -> None:
    down = runs.ask_for_run(registration, by=None, at=MONDAY)
    runs.begin(down, at=MONDAY)
    runs.fail(down, AlreadyRunning(), at=MONDAY)

    decide(held)

    assert lists_of(maple_valley)["oak"] == set()

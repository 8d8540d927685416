"""A person decides on held removals: exactly what she read, with a reason, not after two hours."""

from datetime import timedelta

import pytest

from cast import (
    MONDAY,
    a_district_admin,
    lists_of,
    pairs_of,
    parent,
    student,
    sync,
)
from fakes import FakeClock, FakeSource
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import District
from schoolgate.oneroster.records import Verdict
from schoolgate.registrations.models import Registration, SourceSchool
from schoolgate.roster.models import Guardian
from schoolgate.sync import review, review_plan, review_tasks, runs
from schoolgate.sync.freshness import waiting_change_about
from schoolgate.sync.models import Hold, PlannedChange, SyncRun
from schoolgate.sync.review import CannotDecide, Read
from schoolgate.sync.single_flight import AlreadyRunning, only_sync_of

pytestmark = pytest.mark.django_db
WHY = "The second grade moved to Pine Ridge."


@pytest.fixture
def held(registration: Registration, source: FakeSource) -> Hold:
    """All of Oak would go; Fir goes on as before."""
    sync(registration, source)
    source.drop("ana", "ben", "cy")
    sync(registration, source)
    return Hold.objects.select_related("run__registration", "school").get()


def read(hold: Hold) -> Read:
    return Read(hold, review_plan.checksum(hold))


def decide(*holds: Hold, why: str = WHY, by: int | None = None) -> None:
    """Approve what is there now, and write it."""
    clock = FakeClock()
    review.approve([read(hold) for hold in holds], by=by, why=why, now=clock())
    review.write_approved(holds[0].run, clock=clock)


def test_what_was_held_is_applied_with_what_hangs_on_it(held: Hold, maple_valley: District) -> None:
    decide(held)

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


def test_who_why_and_what_stay_with_the_hold(held: Hold, maple_valley: District) -> None:
    lee = a_district_admin(maple_valley)
    seen = review_plan.checksum(held)

    decide(held, by=lee.id)

    held.refresh_from_db()
    assert (held.decision, held.decided_by, held.why) == ("approved", lee, WHY)
    assert held.checksum == seen
    assert (held.decided_at, held.applied_at) == (FakeClock().now, FakeClock().now)


def test_the_record_says_who_and_how_many_and_nothing_that_somebody_typed(
    held: Hold, maple_valley: District
) -> None:
    lee = a_district_admin(maple_valley)

    decide(held, by=lee.id)

    entry = AuditEntry.objects.get(action="hold.approved")
    assert (entry.actor_id, entry.detail["count"], entry.detail["hold"]) == (lee.id, 3, held.id)
    assert "why" not in entry.detail


def test_a_reason_is_asked_for(held: Hold, maple_valley: District) -> None:
    with pytest.raises(CannotDecide, match="at least 10"):
        decide(held, why="ok")

    assert len(lists_of(maple_valley)["oak"]) == 3


def test_after_a_newer_sync_the_old_hold_is_history(
    held: Hold, registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)

    with pytest.raises(CannotDecide, match="newer sync"):
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

    with pytest.raises(CannotDecide, match="twice"):
        decide(Hold.objects.select_related("run__registration").get(kind="student"))


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

    with pytest.raises(CannotDecide, match="sync once more"):
        decide(held)


def test_while_the_source_is_down_the_last_hold_can_still_be_decided(
    held: Hold, registration: Registration, maple_valley: District
) -> None:
    down = runs.ask_for_run(registration, by=None, at=MONDAY)
    runs.begin(down, at=MONDAY)
    runs.fail(down, AlreadyRunning(), at=MONDAY)

    decide(held)

    assert lists_of(maple_valley)["oak"] == set()


# --- exactly what was read ------------------------------------------------------------------------


def test_the_checksum_does_not_depend_on_the_order_of_the_changes(held: Hold) -> None:
    before = review_plan.checksum(held)
    changes = list(PlannedChange.objects.filter(run=held.run).order_by("-id"))
    PlannedChange.objects.filter(run=held.run).delete()
    for change in changes:
        change.pk = None
        change.save(force_insert=True)

    after = review_plan.checksum(held)

    assert after == before


@pytest.mark.parametrize(
    "different",
    [
        {"action": "transferred"},
        {"before": {"given_name": "Anna"}},
        {"after": {"gone": "tobedeleted"}},
        {"student_sourced_id": "anna"},
    ],
)
def test_any_other_change_than_was_read_has_another_checksum(
    held: Hold, different: dict[str, object]
) -> None:
    before = review_plan.checksum(held)
    PlannedChange.objects.filter(run=held.run, student_sourced_id="ana", kind="student").update(
        **different
    )

    after = review_plan.checksum(held)

    assert after != before


def test_what_is_not_as_it_was_read_is_not_approved(held: Hold, maple_valley: District) -> None:
    old = read(held)
    PlannedChange.objects.filter(student_sourced_id="cy", kind="student").update(state="withheld")

    with pytest.raises(CannotDecide, match="changed meanwhile"):
        review.approve([old], by=None, why=WHY, now=MONDAY)

    assert len(lists_of(maple_valley)["oak"]) == 3


def test_a_hold_of_which_nothing_is_left_is_not_approved(held: Hold) -> None:
    PlannedChange.objects.filter(run=held.run).delete()

    with pytest.raises(CannotDecide, match="changed meanwhile"):
        review.approve([read(held)], by=None, why=WHY, now=MONDAY)


def test_the_page_finds_the_checksum_written_down_when_the_sync_ended(held: Hold) -> None:
    assert held.checksum == review_plan.checksum(held)


def test_one_that_may_not_be_approved_keeps_the_others_from_it(
    held: Hold, registration: Registration
) -> None:
    other = Hold.objects.get(pk=held.pk)
    other.reason = "ids_turned_over"

    with pytest.raises(CannotDecide, match="twice"):
        review.approve([read(held), read(other)], by=None, why=WHY, now=MONDAY)

    held.refresh_from_db()
    assert held.decision == ""


def test_holds_of_two_syncs_are_not_decided_together(
    held: Hold, registration: Registration, source: FakeSource
) -> None:
    sync(registration, source)
    newer = Hold.objects.select_related("run").latest("id")

    with pytest.raises(CannotDecide, match="from one sync"):
        review.discard([read(held), read(newer)], by=None, why=WHY, now=MONDAY)


# --- until when -------------------------------------------------------------------------------


def test_an_approval_is_possible_for_two_hours(held: Hold) -> None:
    review.approve([read(held)], by=None, why=WHY, now=MONDAY + timedelta(hours=2))

    held.refresh_from_db()
    assert held.decision == "approved"


def test_after_two_hours_a_new_sync_comes_first(held: Hold) -> None:
    late = MONDAY + timedelta(hours=2, seconds=1)

    with pytest.raises(CannotDecide, match="Sync again"):
        review.approve([read(held)], by=None, why=WHY, now=late)


def test_what_we_have_can_be_kept_after_two_hours_too(held: Hold) -> None:
    review.discard([read(held)], by=None, why=WHY, now=MONDAY + timedelta(days=1))

    held.refresh_from_db()
    assert held.decision == "discarded"


def test_while_a_sync_is_about_to_begin_nothing_is_approved(
    held: Hold, registration: Registration
) -> None:
    runs.ask_for_run(registration, by=None, at=MONDAY)

    with pytest.raises(CannotDecide, match="about to"):
        decide(held)


def test_while_the_source_is_being_read_nothing_is_approved(held: Hold) -> None:
    with only_sync_of(held.run.registration_id), pytest.raises(AlreadyRunning):
        decide(held)

    held.refresh_from_db()
    assert held.decision == ""


def test_nothing_is_decided_twice(held: Hold) -> None:
    review.discard([read(held)], by=None, why=WHY, now=MONDAY)

    with pytest.raises(CannotDecide, match="decided already"):
        decide(held)


# --- keep what we have ----------------------------------------------------------------------------


def test_what_is_discarded_stays_on_the_list_and_the_list_is_not_as_of_now(
    held: Hold, maple_valley: District
) -> None:
    dated = SourceSchool.objects.get(sourced_id="oak").list_as_of
    lee = a_district_admin(maple_valley)

    review.discard([read(held)], by=lee.id, why=WHY, now=MONDAY)

    held.refresh_from_db()
    assert (held.decision, held.decided_by, held.why) == ("discarded", lee, WHY)
    assert lists_of(maple_valley)["oak"] == {"ana", "ben", "cy"}
    assert SourceSchool.objects.get(sourced_id="oak").list_as_of == dated
    assert SyncRun.objects.get(pk=held.run_id).state == "held"


def test_the_desk_goes_on_to_see_that_a_change_about_the_child_is_not_in(
    held: Hold, registration: Registration
) -> None:
    review.discard([read(held)], by=None, why=WHY, now=MONDAY)

    assert waiting_change_about("ana", registration.id)
    assert not waiting_change_about("dee", registration.id)


def test_the_next_sync_looks_again_and_holds_what_was_discarded_again(
    held: Hold, registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    review.discard([read(held)], by=None, why=WHY, now=MONDAY)
    source.put(*(student(f"new-{n}", f"Kid {n}", "New") for n in range(300)))

    run = sync(registration, source)

    again = Hold.objects.get(run=run)
    assert (again.count, again.decision, again.reason) == (3, "", "school_emptied")
    assert {"ana", "ben", "cy"} < lists_of(maple_valley)["oak"]


def test_what_was_discarded_and_comes_back_is_forgotten(
    held: Hold, registration: Registration, source: FakeSource
) -> None:
    people = source.people
    review.discard([read(held)], by=None, why=WHY, now=MONDAY)
    source.put(
        student("ana", "Ana", "Lopez", agents=("eva", "luis"), identifier="4471"),
        student("ben", "Ben", "Dunn", agents=("kim",)),
        student("cy", "Cy", "Okafor", agents=("ada",)),
    )

    run = sync(registration, source)

    assert len(people) == 8
    assert run.state == "unchanged"
    assert not waiting_change_about("ana", registration.id)


# --- two schools, and what dies in the middle ---------------------------------------------------


@pytest.fixture
def two_held(registration: Registration, source: FakeSource) -> tuple[Hold, Hold]:
    """All of Fir and all of Oak would go; Ada has a child in both."""
    source.put(
        student("eli", "Eli", "Park", schools=("fir",)),
        student("flo", "Flo", "Ng", schools=("fir",)),
    )
    sync(registration, source)
    source.drop("ana", "ben", "cy", "dee", "eli", "flo")
    sync(registration, source)
    fir, oak = Hold.objects.select_related("run__registration", "school").order_by("school__code")
    return fir, oak


def test_each_school_is_decided_for_itself(
    two_held: tuple[Hold, Hold], maple_valley: District
) -> None:
    fir, oak = two_held

    decide(fir)

    assert lists_of(maple_valley) == {"fir": set(), "oak": {"ana", "ben", "cy"}}
    assert Guardian.objects.get(sourced_id="ada").state == "active"
    assert SyncRun.objects.get(pk=oak.run_id).state == "held"


def test_an_adult_who_hung_on_two_holds_goes_with_the_second(
    two_held: tuple[Hold, Hold],
    maple_valley: District,
    registration: Registration,
    source: FakeSource,
) -> None:
    fir, oak = two_held
    decide(fir)
    oak.run.refresh_from_db()

    decide(oak)

    assert Guardian.objects.get(sourced_id="ada").state == "departed"
    assert SyncRun.objects.get(pk=oak.run_id).state == "applied"
    assert sync(registration, source).state == "unchanged"


def test_several_schools_are_approved_together_with_one_reason(
    two_held: tuple[Hold, Hold], maple_valley: District
) -> None:
    decide(*two_held)

    assert lists_of(maple_valley) == {"fir": set(), "oak": set()}
    assert set(Hold.objects.values_list("decision", "why")) == {("approved", WHY)}


def test_an_approval_that_died_after_one_school_goes_on_with_the_other(
    two_held: tuple[Hold, Hold], maple_valley: District
) -> None:
    review.approve([read(hold) for hold in two_held], by=None, why=WHY, now=MONDAY)
    ticks = iter([MONDAY])

    def dies_soon() -> object:
        return next(ticks)

    with pytest.raises(StopIteration):
        review.write_approved(two_held[0].run, clock=dies_soon)  # type: ignore[arg-type]
    in_between = lists_of(maple_valley)
    review.write_approved(two_held[0].run, clock=FakeClock())

    assert in_between == {"oak": set(), "fir": {"dee", "eli", "flo"}}
    assert lists_of(maple_valley) == {"fir": set(), "oak": set()}
    assert SyncRun.objects.get(pk=two_held[0].run_id).state == "applied"


def test_what_a_newer_sync_looked_at_before_it_was_written_is_left_to_that_sync(
    held: Hold, registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    review.approve([read(held)], by=None, why=WHY, now=MONDAY)
    sync(registration, source)

    review.write_approved(held.run, clock=FakeClock())

    assert lists_of(maple_valley)["oak"] == {"ana", "ben", "cy"}
    held.refresh_from_db()
    assert held.applied_at is None


def test_an_approval_whose_job_was_lost_is_taken_up(held: Hold, maple_valley: District) -> None:
    review.approve([read(held)], by=None, why=WHY, now=MONDAY)

    review_tasks.take_up_the_lost(MONDAY + timedelta(minutes=4))
    early = lists_of(maple_valley)["oak"]
    review_tasks.take_up_the_lost(MONDAY + timedelta(minutes=6))

    assert early == {"ana", "ben", "cy"}
    assert lists_of(maple_valley)["oak"] == set()

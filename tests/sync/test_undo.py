"""Taking back what one sync did at one school."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from cast import MONDAY, a_run, lists_of, pairs_of, parent, student, sync
from desk_cast import an_order_against
from fakes import FakeClock, FakeSource
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import District, Edition, School
from schoolgate.licensing.editions import EnterpriseOnly
from schoolgate.registrations.models import Registration, SourceSchool
from schoolgate.roster.models import Guardian, HistoryEntry, Restriction, Student
from schoolgate.sync.freshness import freshness_of
from schoolgate.sync.list_dates import list_date_at
from schoolgate.sync.models import Hold, RunKind, SyncRun
from schoolgate.sync.review import Read, approve, write_approved
from schoolgate.sync.single_flight import AlreadyRunning
from schoolgate.sync.undo import preview, schools_to_undo, undo
from schoolgate.sync.undo_checks import CannotUndo

pytestmark = pytest.mark.django_db

WHY = "The SIS lost a class overnight."
DAY = timedelta(days=1)


@dataclass
class Days:
    """Maple Valley from Monday on, synced once: each day is lived with a sync in the morning."""

    registration: Registration
    source: FakeSource
    clock: FakeClock
    first: SyncRun

    @property
    def district(self) -> District:
        return self.registration.district

    def live(self) -> SyncRun:
        self.clock.move(days=1)
        return sync(self.registration, self.source, self.clock)

    def take_back(self, run: SyncRun, school: School) -> SyncRun:
        self.clock.move(hours=2)
        return undo(preview(run, school), by=None, why=WHY, clock=self.clock)


@pytest.fixture
def days(registration: Registration, source: FakeSource) -> Days:
    clock = FakeClock(now=MONDAY)
    return Days(registration, source, clock, sync(registration, source, clock))


# --- what comes back ------------------------------------------------------------------------------


def test_a_student_who_left_is_back_with_her_contacts(days: Days, oak: School) -> None:
    district = days.district
    lists, pairs = lists_of(district), pairs_of(district)
    days.source.drop("ana", "eva", "luis")
    run = days.live()
    assert lists_of(district)["oak"] == {"ben", "cy"}

    undoing = days.take_back(run, oak)

    assert (lists_of(district), pairs_of(district)) == (lists, pairs)
    assert undoing.state == "applied"
    assert undoing.changes == {
        "guardian.returned": 2,
        "relationship.added": 2,
        "student.returned": 1,
    }


def test_a_student_who_came_is_off_the_list_again(days: Days, oak: School) -> None:
    days.source.put(
        student("zoe", "Zoe", "Kern", agents=("pia",)), parent("pia", "Pia", "Kern", phone="1")
    )
    run = days.live()

    days.take_back(run, oak)

    assert "zoe" not in lists_of(days.district)["oak"]
    assert Student.objects.get(sourced_id="zoe").state == "departed"
    assert Guardian.objects.get(sourced_id="pia").state == "departed"
    assert HistoryEntry.objects.filter(action="student.departed").get().after == {"gone": "undone"}


@pytest.mark.parametrize("where", ["oak", "fir"])
def test_a_move_is_taken_back_at_the_school_she_came_to_or_the_one_she_left(
    days: Days, where: str
) -> None:
    days.source.put(student("cy", "Cy", "Okafor", schools=("fir",), agents=("ada",), grades=["03"]))
    run = days.live()

    days.take_back(run, School.objects.get(code=where))

    assert lists_of(days.district) == {"oak": {"ana", "ben", "cy"}, "fir": {"dee"}}
    assert Student.objects.get(sourced_id="cy").grade == "02"


def test_a_changed_phone_is_as_before(days: Days, oak: School) -> None:
    days.source.change("eva", phone="555-0199")
    run = days.live()

    days.take_back(run, oak)

    assert Guardian.objects.get(sourced_id="eva").phone == "555-0101"


def test_the_phone_of_an_adult_whom_two_schools_share_goes_back_at_either(
    days: Days, fir: School
) -> None:
    days.source.change("ada", phone="555-0177")
    run = days.live()

    offered = [school.code for school in schools_to_undo(run)]
    days.take_back(run, fir)

    assert offered == ["fir", "oak"]
    assert Guardian.objects.get(sourced_id="ada").phone == ""


def test_an_adult_on_whom_another_school_counts_stays(days: Days, oak: School) -> None:
    days.source.put(parent("new", "Nia", "Roe", children=("ben", "dee")))
    run = days.live()

    days.take_back(run, oak)

    assert ("ben", "new") not in pairs_of(days.district)
    assert ("dee", "new") in pairs_of(days.district)
    assert Guardian.objects.get(sourced_id="new").state == "active"


def test_other_schools_keep_what_the_sync_did(days: Days, oak: School) -> None:
    days.source.drop("ben", "dee")
    run = days.live()

    days.take_back(run, oak)

    assert lists_of(days.district) == {"oak": {"ana", "ben", "cy"}, "fir": set()}


def test_restrictions_are_as_they_were(days: Days, oak: School) -> None:
    order = an_order_against(Student.objects.get(sourced_id="ben"))
    before = Restriction.objects.values().get()
    days.source.drop("ben")
    run = days.live()

    days.take_back(run, oak)

    assert Restriction.objects.values().get() == before
    assert [student.sourced_id for student in order.students.all()] == ["ben"]


# --- what stays to be seen ------------------------------------------------------------------------


def test_an_undo_is_a_run_of_its_own_with_its_reason_and_an_audit_entry(
    days: Days, oak: School
) -> None:
    days.source.drop("ben")
    run = days.live()

    undoing = days.take_back(run, oak)

    assert (undoing.kind, undoing.undoes, undoing.undone_school) == (RunKind.UNDO, run, oak)
    assert undoing.undo_why == WHY
    entry = AuditEntry.objects.get(action="sync.undone")
    assert (entry.subject, entry.detail["undoes"]) == ("maple-valley.main-sis", run.id)
    assert WHY not in str(entry.detail)


@pytest.mark.parametrize("how", ["absent", "tobedeleted"])
def test_the_next_sync_does_again_what_the_source_still_says(
    days: Days, oak: School, how: str
) -> None:
    if how == "absent":
        days.source.drop("ana", "eva", "luis")
    else:
        days.source.change("ana", status="tobedeleted")
    days.source.change("ben", familyName="Dunne")
    days.source.put(student("zoe", "Zoe", "Kern", agents=("kim",)))
    run = days.live()
    wanted = (lists_of(days.district), pairs_of(days.district))
    days.take_back(run, oak)

    again = days.live()

    assert again.changes["student.departed"] == 1
    assert again.changes["student.returned"] == 1
    assert Student.objects.get(sourced_id="ben").family_name == "Dunne"
    assert (lists_of(days.district), pairs_of(days.district)) == wanted


def test_once_the_source_is_mended_the_next_sync_changes_nothing(days: Days, oak: School) -> None:
    ben = days.source.people["ben"]
    days.source.drop("ben")
    run = days.live()
    days.take_back(run, oak)
    days.source.put(ben)

    assert days.live().changes == {}


def test_the_list_counts_as_old_as_what_it_says_again(days: Days, oak: School, fir: School) -> None:
    days.source.drop("ben")
    run = days.live()

    days.take_back(run, oak)

    dates = dict(SourceSchool.objects.values_list("school__code", "list_as_of"))
    assert dates == {"oak": MONDAY, "fir": MONDAY + DAY}
    assert dated(days.registration, oak, at=days.clock()) == MONDAY
    assert dated(days.registration, oak, at=MONDAY + DAY) == MONDAY + DAY
    assert dated(days.registration, fir, at=days.clock()) == MONDAY + DAY


def dated(registration: Registration, school: School, *, at: datetime) -> datetime | None:
    run = list_date_at(registration.id, school, at=at)
    return run.started_at if run else None


def test_an_undo_does_not_hide_that_the_last_sync_failed(days: Days, oak: School) -> None:
    days.source.drop("ben")
    run = days.live()
    a_run(days.registration, state="failed", complete=None)

    days.take_back(run, oak)

    assert freshness_of(oak).last_failed


# --- safety ---------------------------------------------------------------------------------------


def test_what_is_too_much_waits_for_a_person_as_in_any_sync(days: Days, oak: School) -> None:
    looked_at = preview(days.first, oak)

    undoing = undo(looked_at, by=None, why=WHY, clock=days.clock)

    assert [(one.reason, one.count, one.of) for one in looked_at.waits] == [
        ("school_emptied", 3, 3)
    ]
    assert (undoing.state, lists_of(days.district)["oak"]) == ("held", {"ana", "ben", "cy"})
    hold = Hold.objects.get(run=undoing)
    assert (hold.school, hold.kind, hold.count) == (oak, "student", 3)


def test_what_waits_of_an_undo_is_approved_like_any_and_dates_no_list(
    days: Days, oak: School
) -> None:
    undoing = undo(preview(days.first, oak), by=None, why=WHY, clock=days.clock)
    hold = Hold.objects.get(run=undoing)

    approve([Read(hold, hold.checksum)], by=None, why=WHY, now=days.clock())
    write_approved(undoing, clock=days.clock)

    undoing.refresh_from_db()
    assert undoing.state == "applied"
    assert lists_of(days.district) == {"oak": set(), "fir": {"dee"}}
    assert SourceSchool.objects.get(school=oak).list_as_of is None


# --- what is refused ------------------------------------------------------------------------------


def test_people_whom_a_later_sync_changed_again_are_counted_and_the_undo_refused(
    days: Days, oak: School
) -> None:
    days.source.change("eva", phone="555-0199")
    days.source.drop("ben")
    run = days.live()
    days.source.change("eva", phone="555-0200")
    later = days.live()

    with pytest.raises(CannotUndo, match="1 person whom sync") as refused:
        preview(run, oak)

    assert refused.value.first == later
    assert f"the last of them by run {later.id}. Undo that one first" in str(refused.value)


def test_after_the_later_sync_is_undone_the_earlier_one_can_be(days: Days, oak: School) -> None:
    days.source.change("eva", phone="555-0199")
    run = days.live()
    days.source.change("eva", phone="555-0200")
    later = days.live()

    days.take_back(later, oak)
    days.take_back(run, oak)

    assert Guardian.objects.get(sourced_id="eva").phone == "555-0101"


def test_a_contact_added_since_to_a_student_who_came_is_a_later_change(
    days: Days, oak: School
) -> None:
    days.source.put(student("zoe", "Zoe", "Kern"))
    run = days.live()
    days.source.put(parent("pia", "Pia", "Kern", children=("zoe",)))
    days.live()

    with pytest.raises(CannotUndo, match="changed again since"):
        preview(run, oak)


def test_a_sync_that_was_undone_and_came_again_is_undone_as_the_newer_one(
    days: Days, oak: School
) -> None:
    days.source.drop("ben")
    run = days.live()
    days.take_back(run, oak)
    again = days.live()

    with pytest.raises(CannotUndo, match="changed again since") as refused:
        preview(run, oak)

    assert refused.value.first == again
    days.take_back(again, oak)
    assert "ben" in lists_of(days.district)["oak"]


def test_nothing_is_undone_twice(days: Days, oak: School) -> None:
    days.source.drop("ben")
    run = days.live()
    looked_at = preview(run, oak)
    undo(looked_at, by=None, why=WHY, clock=days.clock)

    with pytest.raises(CannotUndo, match="nothing to undo at Oak Elementary"):
        undo(looked_at, by=None, why=WHY, clock=days.clock)


def test_an_undo_itself_is_settled_by_the_next_sync(days: Days, oak: School) -> None:
    days.source.drop("ben")
    undoing = days.take_back(days.live(), oak)

    with pytest.raises(CannotUndo, match="sync again"):
        preview(undoing, oak)
    assert list(schools_to_undo(undoing)) == []


def test_a_run_whose_history_is_gone_is_too_old(days: Days, oak: School) -> None:
    days.source.drop("ben")
    run = days.live()
    HistoryEntry.objects.filter(run_id=run.id, action="relationship.removed").delete()

    with pytest.raises(CannotUndo, match="too old to be undone"):
        preview(run, oak)


@pytest.mark.parametrize("state", ["queued", "running"])
def test_nothing_is_undone_beside_a_sync(days: Days, oak: School, state: str) -> None:
    a_run(days.registration, state=state, ended_at=None)

    with pytest.raises(AlreadyRunning):
        preview(days.first, oak)


def test_what_was_not_looked_at_is_not_done(days: Days, oak: School) -> None:
    days.source.drop("ben")
    days.source.change("eva", phone="555-0199")
    run = days.live()
    looked_at = preview(run, oak)
    Guardian.objects.filter(sourced_id="eva").update(email="eva@example.org")

    with pytest.raises(CannotUndo, match="not what you looked at"):
        undo(looked_at, by=None, why=WHY, clock=days.clock)

    assert "ben" not in lists_of(days.district)["oak"]
    assert not SyncRun.objects.filter(kind=RunKind.UNDO).exists()


def test_a_reason_is_asked_for(days: Days, oak: School) -> None:
    with pytest.raises(CannotUndo, match="at least 10 characters"):
        undo(preview(days.first, oak), by=None, why="oops     ", clock=days.clock)


def test_a_standard_district_is_told_so(days: Days, maple_valley: District, oak: School) -> None:
    looked_at = preview(days.first, oak)
    looked_at.run.district.edition = Edition.STANDARD

    with pytest.raises(EnterpriseOnly):
        undo(looked_at, by=None, why=WHY, clock=days.clock)

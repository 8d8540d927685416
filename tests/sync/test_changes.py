"""Pulls of what changed, between whole ones."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cast import (
    a_district,
    a_registration,
    a_school,
    an_enabled_school,
    lists_of,
    pairs_of,
    parent,
    student,
    sync,
)
from fakes import AskableSource, FakeClock, FakeCollection
from properties import examples
from schoolgate.districts.models import District
from schoolgate.oneroster.errors import FilterIgnored, Unreachable
from schoolgate.oneroster.records import User, Verdict
from schoolgate.oneroster.values.moments import parse_moment
from schoolgate.registrations.models import Registration, SourceSchool
from schoolgate.roster.models import Guardian, Student
from schoolgate.sync import run as path
from schoolgate.sync import runs
from schoolgate.sync.fetch_changes import asked_since, fetch_changes, last_read
from schoolgate.sync.models import ChangeState, PlannedChange, RunKind, SyncRun

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


class DatedSource(AskableSource):
    """A source that dates its people, and filters by that date."""

    def __init__(self, clock: FakeClock, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clock = clock
        self.asked_since: list[datetime] = []
        self.changes_verdict = Verdict(complete=True, received=0)

    def put(self, *people: dict[str, Any]) -> None:
        super().put(*(self._dated(person) for person in people))

    def change(self, sourced_id: str, **fields: Any) -> None:
        super().change(sourced_id, **self._dated(fields))

    def _dated(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {**fields, "dateLastModified": f"{self.clock():%Y-%m-%dT%H:%M:%S.000Z}"}

    def users_changed_since(self, moment: datetime) -> FakeCollection:
        self.asked_since.append(moment)
        rows = [
            msgspec.json.encode(person)
            for person in self.people.values()
            if (at := parse_moment(person["dateLastModified"])) and at.at >= moment
        ]
        return FakeCollection(User, rows, self.changes_verdict)


def pull_changes(registration: Registration, source: DatedSource) -> SyncRun:
    clock = source.clock
    run = runs.ask_for_run(registration, by=None, at=clock(), kind=RunKind.CHANGES)
    runs.begin(run, at=clock())
    fetch_changes(run, source, tell=lambda _stage, _count: None)
    path.decide(run, tell=lambda _stage, _count: None)
    path.apply(run, clock=clock, tell=lambda _stage, _count: None)
    runs.finish(run, at=clock())
    return run


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def dated(clock: FakeClock) -> DatedSource:
    source = DatedSource(clock)
    source.put(
        student("ana", "Ana", "Lopez", agents=("eva",)),
        student("ben", "Ben", "Dunn", agents=("kim",)),
        student("cy", "Cy", "Okafor"),
        parent("eva", "Eva", "Lopez", children=("ana",), phone="555-0101"),
        parent("kim", "Kim", "Dunn", children=("ben",)),
        parent("ada", "Ada", "Okafor", role="guardian"),
    )
    return source


@pytest.fixture
def synced(registration: Registration, dated: DatedSource, clock: FakeClock) -> Registration:
    """A whole sync is in, and six hours have passed."""
    clock.move(hours=6)
    sync(registration, dated, clock)
    clock.move(hours=6)
    return registration


def test_only_what_changed_is_read_and_written(
    synced: Registration, dated: DatedSource, maple_valley: District
) -> None:
    dated.change("ana", familyName="Lopez Diaz")
    dated.change("cy", orgs=[{"sourcedId": "fir"}])
    dated.put(student("dee", "Dee", "Okafor"))

    run = pull_changes(synced, dated)

    assert run.rows_read == 3
    assert run.changes == {"student.added": 1, "student.transferred": 1, "student.updated": 1}
    assert (run.state, run.complete) == ("applied", None)
    assert lists_of(maple_valley) == {"oak": {"ana", "ben", "dee"}, "fir": {"cy"}}


def test_who_does_not_come_is_not_gone(
    synced: Registration, dated: DatedSource, maple_valley: District
) -> None:
    dated.drop("ana", "ben")

    run = pull_changes(synced, dated)

    assert (run.state, run.changes) == ("unchanged", {})
    assert lists_of(maple_valley)["oak"] == {"ana", "ben", "cy"}


def test_who_is_marked_as_to_be_deleted_departs_with_her_contacts(
    synced: Registration, dated: DatedSource, maple_valley: District
) -> None:
    dated.change("ben", status="tobedeleted")

    run = pull_changes(synced, dated)

    assert run.changes == {
        "guardian.departed": 1,
        "relationship.removed": 1,
        "student.departed": 1,
    }
    assert lists_of(maple_valley)["oak"] == {"ana", "cy"}


def test_a_contact_that_a_student_names_no_longer_is_hers_no_longer(
    synced: Registration, dated: DatedSource, maple_valley: District
) -> None:
    dated.change("ana", agents=[])
    dated.change("eva", agents=[])

    run = pull_changes(synced, dated)

    assert run.changes == {
        "guardian.departed": 1,
        "relationship.removed": 1,
    }
    assert pairs_of(maple_valley) == {("ben", "kim")}


def test_an_adult_who_has_not_changed_and_is_linked_now_is_asked_for(
    synced: Registration, dated: DatedSource, maple_valley: District
) -> None:
    dated.change("cy", agents=[{"sourcedId": "ada"}, {"sourcedId": "nobody"}])

    run = pull_changes(synced, dated)

    assert dated.asked == ["ada", "nobody"]
    assert run.changes == {"guardian.added": 1, "relationship.added": 1}
    assert ("cy", "ada") in pairs_of(maple_valley)


def test_a_question_for_an_adult_that_fails_leaves_her_to_the_whole_sync(
    synced: Registration, dated: DatedSource, maple_valley: District
) -> None:
    class Shy(DatedSource):
        def user(self, _sourced_id: str) -> User | None:
            raise Unreachable("No answer.")

    shy = Shy(dated.clock, people=dated.people)
    shy.change("cy", agents=[{"sourcedId": "ada"}])

    run = pull_changes(synced, shy)
    whole = sync(synced, dated.__class__(dated.clock, people=shy.people), dated.clock)

    assert run.changes == {}
    assert whole.changes == {"guardian.added": 1, "relationship.added": 1}


def test_a_list_is_no_newer_for_changes(synced: Registration, dated: DatedSource) -> None:
    before = set(SourceSchool.objects.values_list("list_as_of", flat=True))
    dated.change("ana", familyName="Lopez Diaz")

    pull_changes(synced, dated)

    assert set(SourceSchool.objects.values_list("list_as_of", flat=True)) == before


def test_changes_are_asked_for_with_an_overlap_and_reading_them_again_does_no_harm(
    synced: Registration, dated: DatedSource, clock: FakeClock
) -> None:
    began = clock() - 6 * HOUR
    dated.change("ana", familyName="Lopez Diaz")

    first = pull_changes(synced, dated)
    clock.move(minutes=30)
    again = pull_changes(synced, dated)

    assert dated.asked_since == [began - HOUR, began + 5 * HOUR]
    assert (first.changes, again.changes) == ({"student.updated": 1}, {})
    assert again.rows_read == 1


@pytest.mark.parametrize(
    ("since", "overlap"), [(HOUR, HOUR), (30 * HOUR, 3 * HOUR), (1000 * HOUR, 24 * HOUR)]
)
def test_the_overlap_is_an_hour_or_a_tenth_and_a_day_at_most(
    since: timedelta, overlap: timedelta
) -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)

    asked = asked_since(SyncRun(started_at=now), SyncRun(started_at=now - since))

    assert now - since - asked == overlap


def test_a_row_that_is_as_it_was_by_the_next_whole_sync_is_looked_at_again(
    synced: Registration, dated: DatedSource
) -> None:
    before = dict(dated.people["ana"])
    dated.change("ana", familyName="Lopez Diaz")
    pull_changes(synced, dated)
    dated.people["ana"] = before

    run = sync(synced, dated, dated.clock)

    assert run.changes == {"student.updated": 1}
    assert Student.objects.get(sourced_id="ana").family_name == "Lopez"


def test_somebody_who_came_with_changes_and_is_gone_by_the_next_whole_sync_departs(
    synced: Registration, dated: DatedSource, maple_valley: District
) -> None:
    dated.put(student("dee", "Dee", "Okafor", agents=("ada",)))
    pull_changes(synced, dated)
    dated.drop("dee")

    run = sync(synced, dated, dated.clock)

    assert run.changes["student.departed"] == 1
    assert "dee" not in lists_of(maple_valley)["oak"]
    assert Guardian.objects.get(sourced_id="ada").state == "departed"


def test_somebody_whose_changes_were_cut_off_in_the_middle_is_watched_over(
    synced: Registration, dated: DatedSource, clock: FakeClock, maple_valley: District
) -> None:
    dated.put(student("dee", "Dee", "Okafor"))
    run = runs.ask_for_run(synced, by=None, at=clock(), kind=RunKind.CHANGES)
    runs.begin(run, at=clock())
    fetch_changes(run, dated, tell=lambda _stage, _count: None)
    path.decide(run, tell=lambda _stage, _count: None)
    path.applying.apply_school(run, maple_valley.schools.get(code="oak").id, now=clock())
    runs.interrupt(run, at=clock())
    dated.drop("dee")

    sync(synced, dated, clock)

    assert "dee" not in lists_of(maple_valley)["oak"]


def test_the_next_whole_sync_looks_only_at_the_neighbours_of_what_changed(
    synced: Registration, dated: DatedSource
) -> None:
    dated.change("ana", familyName="Lopez Diaz")
    pull_changes(synced, dated)
    sync(synced, dated, dated.clock)

    run = sync(synced, dated, dated.clock)

    assert (run.rows_read, run.rows_unchanged) == (6, 6)


def test_a_person_of_two_rows_waits_for_the_whole_sync(
    registration: Registration, dated: DatedSource, clock: FakeClock, maple_valley: District
) -> None:
    """T-12: one id in two rows, one for each school."""
    second = {**dated.people["ana"], "orgs": [{"sourcedId": "fir"}]}
    dated.people["ana, once more"] = second
    clock.move(hours=2)
    sync(registration, dated, clock)
    clock.move(hours=6)
    dated.people["ana, once more"] = {**second, **dated._dated({"familyName": "Diaz"})}

    run = pull_changes(registration, dated)

    assert run.changes == {}
    assert "ana" in lists_of(maple_valley)["oak"] & lists_of(maple_valley)["fir"]


def test_a_student_who_becomes_a_teacher_goes_with_the_next_whole_sync(
    synced: Registration, dated: DatedSource, maple_valley: District
) -> None:
    dated.change("cy", role="teacher")

    run = pull_changes(synced, dated)
    still_there = lists_of(maple_valley)["oak"]
    whole = sync(synced, dated, dated.clock)

    assert run.changes == {}
    assert "cy" in still_there
    assert whole.changes == {"student.departed": 1}


def test_changes_that_did_not_all_come_are_asked_for_again(
    synced: Registration, dated: DatedSource
) -> None:
    base = last_read(synced.id)
    dated.change("ana", familyName="Lopez Diaz")
    dated.changes_verdict = Verdict(complete=False, received=0, reason="page_failed", detail="Cut.")

    run = pull_changes(synced, dated)

    assert (run.complete, run.incomplete_reason) == (False, "page_failed")
    assert run.changes == {"student.updated": 1}
    assert last_read(synced.id) == base


def test_a_source_that_cannot_be_asked_for_changes_is_read_whole(
    registration: Registration, dated: DatedSource
) -> None:
    run = pull_changes(registration, dated)

    assert (run.kind, run.complete, run.rows_read) == (RunKind.FULL, True, 6)
    assert SyncRun.objects.get(pk=run.pk).kind == RunKind.FULL
    assert dated.asked_since == []


# --- what it must not do by itself ----------------------------------------------------------------


def _class_of(source: DatedSource, size: int) -> list[str]:
    ids = [f"pupil-{number:02d}" for number in range(size)]
    source.put(*(student(sourced_id, "Pat", "Lee") for sourced_id in ids))
    return ids


def test_more_departures_than_the_limit_wait_for_the_next_whole_sync(
    registration: Registration, dated: DatedSource, clock: FakeClock, maple_valley: District
) -> None:
    pupils = _class_of(dated, 40)
    sync(registration, dated, clock)
    clock.move(hours=6)
    for pupil in pupils[:26]:
        dated.change(pupil, status="tobedeleted")

    run = pull_changes(registration, dated)
    whole = sync(registration, dated, clock)

    assert (run.state, run.changes) == ("unchanged", {})
    assert len(lists_of(maple_valley)["oak"]) == 43
    assert whole.state == "held"


def test_departures_of_a_whole_day_count_together(
    registration: Registration, dated: DatedSource, clock: FakeClock, maple_valley: District
) -> None:
    pupils = _class_of(dated, 40)
    sync(registration, dated, clock)
    clock.move(hours=6)
    for pupil in pupils[:20]:
        dated.change(pupil, status="tobedeleted")
    first = pull_changes(registration, dated)
    clock.move(hours=6)
    for pupil in pupils[20:30]:
        dated.change(pupil, status="tobedeleted")

    second = pull_changes(registration, dated)

    assert first.changes == {"student.departed": 20}
    assert second.changes == {}
    assert len(lists_of(maple_valley)["oak"]) == 23


def test_what_a_whole_sync_holds_for_a_person_goes_on_waiting(
    registration: Registration, dated: DatedSource, clock: FakeClock, maple_valley: District
) -> None:
    pupils = _class_of(dated, 40)
    sync(registration, dated, clock)
    clock.move(hours=6)
    gone = {pupil: dated.people.pop(pupil) for pupil in pupils[:30]}
    held = sync(registration, dated, clock)
    clock.move(hours=6)
    dated.put({**gone["pupil-00"], "status": "tobedeleted"})

    run = pull_changes(registration, dated)

    assert (held.state, run.changes) == ("held", {})
    assert "pupil-00" in lists_of(maple_valley)["oak"]
    assert PlannedChange.objects.filter(run=held, state=ChangeState.HELD).count() == 30


# --- whatever happens in between, a whole sync brings the same ------------------------------------

STUDENTS = [f"s{n}" for n in range(4)]
ADULTS = [f"a{n}" for n in range(3)]
_numbers = count(1)
Step = tuple[str, dict[str, Any] | str]


@st.composite
def people(draw: st.DrawFn) -> dict[str, Any]:
    links = tuple(draw(st.lists(st.sampled_from(STUDENTS + ADULTS), unique=True, max_size=2)))
    status = draw(st.sampled_from(["active", "active", "tobedeleted"]))
    if draw(st.booleans()):
        schools = draw(st.lists(st.sampled_from(["oak", "fir", "far"]), unique=True, min_size=1))
        given = draw(st.sampled_from(["Ana", "Ben"]))
        sourced_id = draw(st.sampled_from(STUDENTS))
        return student(
            sourced_id, given, "Lopez", schools=tuple(schools), agents=links, status=status
        )
    role = draw(st.sampled_from(["parent", "relative", "teacher"]))
    sourced_id = draw(st.sampled_from(ADULTS))
    return parent(sourced_id, "Eva", "Lopez", role=role, children=links, status=status)


puts = st.tuples(st.just("put"), people())
drops = st.tuples(st.just("drop"), st.sampled_from(STUDENTS + ADULTS))
pulls = st.tuples(st.just("pull"), st.just(""))
days = st.lists(st.one_of(puts, puts, drops, pulls), min_size=1, max_size=12)


def _a_new_registration() -> Registration:
    district = a_district(f"Valley {next(_numbers)}")
    registration = a_registration(district, hold_records=1_000)
    for code in ("oak", "fir"):
        an_enabled_school(registration, code, a_school(district, code, code.title()))
    return registration


def _live(source: DatedSource, step: Step, pull: Callable[[], object]) -> None:
    word, what = step
    source.clock.move(minutes=20)
    if isinstance(what, dict):
        source.put(what)
    elif word == "drop":
        source.people.pop(what, None)
    else:
        pull()


@examples(60)
@given(morning=st.lists(puts, max_size=6), day=days)
def test_a_whole_sync_after_any_pulls_of_changes_brings_what_it_brings_without_them(
    morning: list[Step], day: list[Step]
) -> None:
    with_changes, without = _a_new_registration(), _a_new_registration()
    source = DatedSource(FakeClock())
    source.put(parent("head", "Ida", "Wells", role="administrator"))
    for step in morning:
        _live(source, step, lambda: None)
    for registration in (with_changes, without):
        sync(registration, source, source.clock)

    for step in day:
        _live(source, step, lambda: pull_changes(with_changes, source))
    ends = [sync(one, source, source.clock).state for one in (with_changes, without)]

    if "held" not in ends:
        assert lists_of(with_changes.district) == lists_of(without.district)
        assert pairs_of(with_changes.district) == pairs_of(without.district)
        assert _facts(with_changes) == _facts(without)


def _facts(registration: Registration) -> tuple[set[Any], set[Any]]:
    students = Student.objects.filter(district=registration.district, state="active")
    adults = Guardian.objects.filter(district=registration.district, state="active")
    return (
        set(students.values_list("sourced_id", "given_name", "family_name")),
        set(adults.values_list("sourced_id", "given_name", "role")),
    )


def test_a_source_that_forgets_to_filter_stops_the_run(
    synced: Registration, dated: DatedSource
) -> None:
    class Ignoring(DatedSource):
        def users_changed_since(self, _moment: datetime) -> FakeCollection:
            raise FilterIgnored("It does not filter.")

    with pytest.raises(FilterIgnored):
        pull_changes(synced, Ignoring(dated.clock, people=dated.people))

"""The SIS gave everybody a new id: the same people under their new ids, with all that is theirs."""

from datetime import date, timedelta
from typing import Any

import pytest

from cast import MONDAY, a_district_admin, parent, student
from fakes import FakeClock, FakeSource
from own_lists import names_on_lists, sync
from schoolgate.accounts.models import User
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import District, School
from schoolgate.registrations.models import Registration
from schoolgate.roster.models import (
    Effect,
    Guardian,
    HistoryEntry,
    PickupState,
    Relationship,
    RestrictedStudent,
    Student,
)
from schoolgate.roster.restrictions import add_restriction
from schoolgate.sync.adoption import CannotAdopt, recognise
from schoolgate.sync.comparing import Comparison, Ours, compare
from schoolgate.sync.models import Hold, SyncRun
from schoolgate.sync.rekey import (
    CannotRekey,
    Done,
    rekey_all,
    rekey_school,
    run_to_rekey,
    turnovers,
)
from schoolgate.sync.single_flight import AlreadyRunning, only_sync_of

pytestmark = pytest.mark.django_db

WHY = "We moved from Infinite Campus to PowerSchool."


@pytest.fixture(autouse=True)
def _lee(maple_valley: District) -> None:
    a_district_admin(maple_valley)


def lee() -> int:
    return User.objects.get(username="lee").pk


def families(count: int, school: str = "oak", *, prefix: str = "", grade: str = "02") -> list[Any]:
    """So many students with a mother each, under ids that begin with `prefix`."""
    return [
        person
        for number in range(count)
        for person in (
            student(
                f"{prefix}{school}-s{number}",
                f"Kid{number}",
                "Many",
                schools=(school,),
                agents=(f"{prefix}{school}-p{number}",),
                identifier=f"{school}{number}",
                grades=[grade],
            ),
            parent(f"{prefix}{school}-p{number}", f"Mother{number}", "Many"),
        )
    ]


def turned_over(source: FakeSource, *people: Any) -> FakeSource:
    """The source as it is after the change of SIS."""
    return FakeSource(people={person["sourcedId"]: person for person in people})


@pytest.fixture
def held(registration: Registration) -> SyncRun:
    """Oak and Fir of twelve students each; all of them have come under new ids."""
    old = FakeSource()
    old.put(*families(12), *families(12, "fir"))
    sync(registration, old)
    return sync(registration, new_source())


def new_source() -> FakeSource:
    source = FakeSource()
    source.put(*families(12, prefix="new-"), *families(12, "fir", prefix="new-"))
    return source


def compared(run: SyncRun, school: School) -> Comparison:
    return compare(SyncRun.objects.get(pk=run.pk), school, Ours.SHOWN_NO_MORE)


def rekey(run: SyncRun, school: School, why: str = WHY) -> int:
    return rekey_school(compared(run, school), why=why, by=lee(), at=MONDAY)


def test_schools_whose_ids_turned_over_are_offered(
    held: SyncRun, registration: Registration
) -> None:
    offered = run_to_rekey(registration.pk)

    assert offered == held
    assert [(one.school.code, one.leaving, one.coming) for one in turnovers(held)] == [
        ("fir", 12, 12),
        ("oak", 12, 12),
    ]


def test_two_tiny_schools_whose_ids_turn_over_are_a_change_of_sis(
    registration: Registration,
) -> None:
    old, new = FakeSource(), FakeSource()
    old.put(*families(6), *families(7, "fir"))
    new.put(*families(6, prefix="new-"), *families(7, "fir", prefix="new-"))
    sync(registration, old)

    run = sync(registration, new)

    assert [one.school.code for one in turnovers(run)] == ["fir", "oak"]
    assert Student.objects.count() == 13


def test_of_one_tiny_school_alone_a_person_may_say_either(registration: Registration) -> None:
    old, new = FakeSource(), FakeSource()
    old.put(*families(4), *families(12, "fir"))
    new.put(*families(4, prefix="new-", grade="05"), *families(12, "fir"))
    sync(registration, old)

    run = sync(registration, new)

    # Four who go are the whole school, so somebody is asked: they left, or have new ids.
    assert Hold.objects.get(run=run).reason == "school_emptied"
    assert [one.school.code for one in turnovers(run)] == ["oak"]


def test_on_a_day_on_which_nobody_goes_nobody_is_listed_twice_either(
    registration: Registration, oak: School
) -> None:
    old = FakeSource()
    old.put(*families(12), *families(12, "fir"))
    new = FakeSource()
    new.put(*families(12, prefix="new-"), *families(11, "fir"), student("late", "Zoe", "Late"))
    sync(registration, old)
    Registration.objects.update(additions_only_until=date(2027, 6, 1))

    run = sync(registration, new)

    assert [one.school.code for one in turnovers(run)] == ["oak"]
    # The other school goes on as on any such day: who is absent stays.
    assert Student.objects.filter(listings__school__code="fir").count() == 12
    assert not Student.objects.filter(sourced_id__startswith="new-").exists()
    assert "Zoe" not in names_on_lists()["oak"]
    assert rekey(run, oak) == 12


def test_the_same_people_go_on_under_their_new_ids(
    held: SyncRun, registration: Registration, oak: School, fir: School
) -> None:
    people = set(Student.objects.values_list("id", flat=True))
    adults = set(Guardian.objects.values_list("id", flat=True))

    assert (rekey(held, oak), rekey(held, fir)) == (12, 12)
    after = sync(registration, new_source())

    assert after.state == "unchanged"
    assert set(Student.objects.values_list("id", flat=True)) == people
    assert set(Guardian.objects.values_list("id", flat=True)) == adults
    assert set(Student.objects.values_list("state", flat=True)) == {"active"}
    assert Student.objects.filter(sourced_id__startswith="new-").count() == 24
    assert Guardian.objects.filter(sourced_id__startswith="new-", state="active").count() == 24
    assert Relationship.objects.filter(state="current").count() == 24
    assert sync(registration, new_source()).state == "unchanged"


def test_what_the_school_knows_stays_with_the_person(
    held: SyncRun, registration: Registration, oak: School, fir: School
) -> None:
    kid = Student.objects.get(sourced_id="oak-s3")
    mother = Guardian.objects.get(sourced_id="oak-p3")
    restriction = add_restriction(
        oak.district,
        given_name="Mother3",
        family_name="Many",
        effects=[Effect.NO_RELEASE],
        from_on=date(2026, 9, 1),
        students=[kid],
        guardian=mother,
        by=None,
        at=MONDAY,
    )
    PickupState.objects.create(
        district=oak.district, student=kid, guardian=mother, state="denied", why="", set_at=MONDAY
    )

    rekey(held, oak)
    rekey(held, fir)
    sync(registration, new_source())

    restriction.refresh_from_db()
    assert RestrictedStudent.objects.get().student.sourced_id == "new-oak-s3"
    assert restriction.guardian == mother
    assert PickupState.objects.get().guardian == mother
    assert HistoryEntry.objects.filter(student=kid, action="student.added").exists()


def test_a_new_id_stands_in_the_history_and_on_record(held: SyncRun, oak: School) -> None:
    rekey(held, oak)

    entry = HistoryEntry.objects.get(action="student.rekeyed", student__sourced_id="new-oak-s3")
    assert (entry.before, entry.after) == (
        {"sourced_id": "oak-s3"},
        {"sourced_id": "new-oak-s3"},
    )
    assert HistoryEntry.objects.filter(action="guardian.rekeyed").count() == 12
    record = AuditEntry.objects.get(action="registration.rekeyed")
    assert (record.actor_id, record.detail["students"]) == (lee(), 12)


def test_numbers_that_are_new_too_do_not_matter(registration: Registration, oak: School) -> None:
    old, new = FakeSource(), FakeSource()
    old.put(*families(12))
    new.put(*families(12, prefix="new-"))
    for number in range(12):
        new.change(f"new-oak-s{number}", identifier=f"oak{(number + 5) % 12}")
    sync(registration, old)
    held = sync(registration, new)

    rekey(held, oak)

    kid = Student.objects.get(sourced_id="new-oak-s3")
    assert kid.given_name == "Kid3"


def test_over_a_summer_everybody_is_one_grade_further(
    registration: Registration, oak: School
) -> None:
    old, new = FakeSource(), FakeSource()
    old.put(*families(12, grade="02"))
    new.put(*families(12, prefix="new-", grade="03"))
    for number in range(12):
        new.change(f"new-oak-s{number}", identifier="")
    sync(registration, old)

    found = compared(sync(registration, new), oak)

    assert {pair.evidence for pair in found.matching.pairs} == {"name_moved_up"}


def test_a_number_finds_who_changes_school_as_well(
    registration: Registration, oak: School, fir: School
) -> None:
    old, new = FakeSource(), FakeSource()
    old.put(*families(12), *families(12, "fir"))
    new.put(*families(12, prefix="new-"), *families(12, "fir", prefix="new-"))
    new.change("new-oak-s0", orgs=[{"sourcedId": "fir", "type": "org"}])
    sync(registration, old)
    held = sync(registration, new)

    rekey(held, fir)
    rekey(held, oak)
    sync(registration, new)

    assert "Kid0" not in names_on_lists()["oak"]
    assert names_on_lists()["fir"].count("Kid0") == 2
    assert Student.objects.count() == 24


def test_who_is_left_over_waits_for_a_person(registration: Registration, oak: School) -> None:
    old, new = FakeSource(), FakeSource()
    old.put(*families(14))
    new.put(*families(12, prefix="new-"), student("fay", "Fay", "Fox"))
    sync(registration, old)
    held = sync(registration, new)

    rekey(held, oak)
    after = sync(registration, new)

    assert after.state == "held"
    hold = Hold.objects.get(run=after)
    assert (hold.kind, hold.reason, hold.count) == ("student", "too_many_removed", 2)
    assert len(names_on_lists()["oak"]) == 15


def test_a_reason_is_asked_for(held: SyncRun, oak: School) -> None:
    with pytest.raises(CannotRekey, match="at least 10"):
        rekey(held, oak, why="new SIS")

    assert not Student.objects.filter(sourced_id__startswith="new-").exists()


def test_the_hold_is_settled(held: SyncRun, oak: School) -> None:
    rekey(held, oak)

    assert Hold.objects.get(school=oak, kind="student").decision == "discarded"


def test_who_may_be_one_of_two_is_decided_first(registration: Registration, oak: School) -> None:
    old, new = FakeSource(), FakeSource()
    old.put(*families(12))
    new.put(*families(12, prefix="new-"))
    for number in (0, 1):
        old.change(f"oak-s{number}", givenName="Twin", identifier="")
        new.change(f"new-oak-s{number}", givenName="Twin", identifier="")
    sync(registration, old)
    held = sync(registration, new)
    first = Student.objects.get(sourced_id="oak-s0")

    with pytest.raises(CannotRekey, match="one by one"):
        rekey(held, oak)
    recognise(compared(held, oak), "new-oak-s0", first.pk, by=lee(), at=MONDAY)
    rekey(held, oak)

    first.refresh_from_db()
    assert first.sourced_id == "new-oak-s0"
    # With the one told apart the other is plain.
    assert Student.objects.filter(sourced_id__startswith="new-").count() == 12


def test_what_was_read_is_what_is_done(held: SyncRun, oak: School) -> None:
    read = compared(held, oak)
    Student.objects.filter(sourced_id="oak-s0").update(given_name="Other", identifier="")

    with pytest.raises(CannotRekey, match="has changed"):
        rekey_school(read, why=WHY, by=lee(), at=MONDAY)


def test_after_a_newer_sync_the_older_comparison_is_history(
    held: SyncRun, registration: Registration, oak: School
) -> None:
    sync(registration, new_source())

    with pytest.raises(CannotAdopt, match="newer sync"):
        rekey(held, oak)


def test_nothing_is_rekeyed_while_a_sync_runs(
    held: SyncRun, registration: Registration, oak: School
) -> None:
    with only_sync_of(registration.pk), pytest.raises(AlreadyRunning):
        rekey(held, oak)


# --- a whole source -------------------------------------------------------------------------------


def everything(run: SyncRun, within: timedelta, clock: Any = None) -> Done:
    return rekey_all(run, why=WHY, by=lee(), clock=clock or FakeClock(), within=within)


def test_a_whole_source_is_rekeyed_school_by_school(
    held: SyncRun, registration: Registration
) -> None:
    done = everything(held, timedelta(minutes=1))

    assert done == Done(schools=2, people=24, in_doubt=(), left=0)
    assert sync(registration, new_source()).state == "unchanged"


def test_what_there_was_no_time_for_is_done_when_asked_again(held: SyncRun) -> None:
    first = everything(held, timedelta())

    second = everything(held, timedelta())

    assert (first.schools, first.left) == (1, 1)
    assert (second.schools, second.left) == (1, 0)
    assert turnovers(held) == []


def test_what_died_in_the_middle_goes_on_with_the_others(
    held: SyncRun, registration: Registration, oak: School
) -> None:
    rekey(held, oak)

    done = everything(held, timedelta(minutes=1))

    assert done == Done(schools=1, people=12, in_doubt=(), left=0)
    assert sync(registration, new_source()).state == "unchanged"


def test_a_school_in_doubt_waits_and_the_others_do_not(held: SyncRun, oak: School) -> None:
    Student.objects.filter(sourced_id__in=("oak-s0", "oak-s1")).update(
        given_name="Kid0", identifier=""
    )

    done = everything(held, timedelta(minutes=1))

    assert done == Done(schools=1, people=12, in_doubt=(oak,), left=0)


def test_a_sync_between_two_schools_loses_nobody(
    held: SyncRun, registration: Registration, oak: School
) -> None:
    rekey(held, oak)
    between = sync(registration, new_source())

    done = everything(between, timedelta(minutes=1))

    assert done.people == 12
    assert sync(registration, new_source()).state == "unchanged"
    assert Student.objects.filter(state="active").count() == 24


def test_a_mother_of_two_schools_stays_one(
    registration: Registration, oak: School, fir: School
) -> None:
    old, new = FakeSource(), FakeSource()
    for source, prefix in ((old, ""), (new, "new-")):
        source.put(*families(12, prefix=prefix), *families(12, "fir", prefix=prefix))
        source.put(
            parent(
                f"{prefix}both", "Eva", "Lopez",
                children=(f"{prefix}oak-s0", f"{prefix}fir-s0"),
            )
        )  # fmt: skip
    sync(registration, old)
    mother = Guardian.objects.get(sourced_id="both")
    held = sync(registration, new)

    rekey(held, oak)
    rekey(held, fir)
    after = sync(registration, new)

    mother.refresh_from_db()
    assert (mother.sourced_id, mother.state) == ("new-both", "active")
    assert mother.relationships.filter(state="current").count() == 2
    assert Guardian.objects.filter(given_name="Eva", state="active").count() == 1
    assert after.state == "unchanged"

"""The main path from a source to the lists of the schools."""

import pytest

from cast import (
    MONDAY,
    a_registration,
    an_enabled_school,
    lists_of,
    pairs_of,
    parent,
    student,
    sync,
)
from fakes import AskableSource, FakeClock, FakeSource
from schoolgate.districts.models import District, School
from schoolgate.oneroster.records import Verdict
from schoolgate.registrations.models import DataChoice, Registration, SourceSchool
from schoolgate.roster.models import Guardian, HistoryEntry, Student
from schoolgate.sync import runs
from schoolgate.sync.freshness import freshness_of_student
from schoolgate.sync.models import Hold, PlannedChange
from schoolgate.sync.single_flight import AlreadyRunning, only_sync_of

pytestmark = pytest.mark.django_db


def test_a_first_sync_brings_in_every_student_and_contact(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    run = sync(registration, source)

    assert run.state == "applied"
    assert run.changes == {"guardian.added": 4, "relationship.added": 5, "student.added": 4}
    assert lists_of(maple_valley) == {"oak": {"ana", "ben", "cy"}, "fir": {"dee"}}
    assert pairs_of(maple_valley) == {
        ("ana", "eva"),
        ("ana", "luis"),
        ("ben", "kim"),
        ("cy", "ada"),
        ("dee", "ada"),
    }


def test_a_second_sync_of_the_same_source_changes_nothing(
    registration: Registration, source: FakeSource
) -> None:
    sync(registration, source)
    history = HistoryEntry.objects.count()

    run = sync(registration, source)

    assert (run.state, run.changes, run.rows_unchanged) == ("unchanged", {}, 8)
    assert HistoryEntry.objects.count() == history


def test_a_rewritten_date_last_modified_makes_no_history(
    registration: Registration, source: FakeSource
) -> None:
    sync(registration, source)
    for sourced_id in source.people:
        source.change(sourced_id, dateLastModified="2026-11-24T00:00:00.000Z")
    history = HistoryEntry.objects.count()

    run = sync(registration, source)

    assert (run.state, run.rows_unchanged) == ("unchanged", 0)
    assert HistoryEntry.objects.count() == history
    assert sync(registration, source).rows_unchanged == 8


def test_a_student_who_changes_school_is_transferred(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    source.put(student("cy", "Cy", "Okafor", schools=("fir",), agents=("ada",)))

    run = sync(registration, source)

    assert run.changes == {"student.transferred": 1}
    assert lists_of(maple_valley) == {"oak": {"ana", "ben"}, "fir": {"cy", "dee"}}
    assert Student.objects.get(sourced_id="cy").state == "active"


def test_two_students_who_swap_schools_are_both_transferred(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    source.put(
        student("cy", "Cy", "Okafor", schools=("fir",), agents=("ada",)),
        student("dee", "Dee", "Okafor", schools=("oak",), agents=("ada",)),
    )

    run = sync(registration, source)

    assert run.changes == {"student.transferred": 2}
    assert lists_of(maple_valley) == {"oak": {"ana", "ben", "dee"}, "fir": {"cy"}}


def test_a_student_in_two_schools_is_on_both_lists(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    source.put(student("ana", "Ana", "Lopez", schools=("oak", "fir"), agents=("eva",)))

    run = sync(registration, source)

    assert run.changes["student.added"] == 4
    assert lists_of(maple_valley) == {"oak": {"ana", "ben", "cy"}, "fir": {"ana", "dee"}}


def test_a_student_in_two_schools_who_withdraws_leaves_both_lists(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    source.put(student("ana", "Ana", "Lopez", schools=("oak", "fir")))
    sync(registration, source)
    source.change("ana", status="tobedeleted")

    run = sync(registration, source)

    assert run.changes["student.departed"] == 1
    assert lists_of(maple_valley) == {"oak": {"ben", "cy"}, "fir": {"dee"}}
    assert Student.objects.get(sourced_id="ana").state == "departed"


def test_a_student_missing_from_a_whole_pull_departs_with_her_contacts(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    source.drop("ben")

    run = sync(registration, source)

    assert run.changes == {
        "guardian.departed": 1,
        "relationship.removed": 1,
        "student.departed": 1,
    }
    assert lists_of(maple_valley)["oak"] == {"ana", "cy"}
    assert Guardian.objects.get(sourced_id="kim").state == "departed"
    assert sync(registration, source).state == "unchanged"


def test_a_student_who_comes_back_returns_with_her_contacts(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    source.change("ben", status="tobedeleted")
    sync(registration, source)
    source.change("ben", status="active")

    run = sync(registration, source)

    assert run.changes == {
        "guardian.returned": 1,
        "relationship.added": 1,
        "student.returned": 1,
    }
    assert ("ben", "kim") in pairs_of(maple_valley)


def test_a_guardian_stays_while_another_child_of_hers_does(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    source.drop("cy")

    run = sync(registration, source)

    assert run.changes == {"relationship.removed": 1, "student.departed": 1}
    assert pairs_of(maple_valley) >= {("dee", "ada")}
    assert Guardian.objects.get(sourced_id="ada").state == "active"


def test_a_shared_guardian_goes_when_the_last_of_her_children_does(
    registration: Registration, source: FakeSource
) -> None:
    sync(registration, source)
    source.drop("cy", "dee")

    run = sync(registration, source)

    assert run.changes == {
        "guardian.departed": 1,
        "relationship.removed": 2,
        "student.departed": 2,
    }
    assert sync(registration, source).state == "unchanged"


def test_a_relationship_stands_while_one_side_claims_it(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    source.put(student("ana", "Ana", "Lopez", agents=("eva",), identifier="4471"))

    run = sync(registration, source)

    assert run.state == "unchanged"
    assert ("ana", "luis") in pairs_of(maple_valley)


def test_a_parent_whom_neither_side_claims_any_more_is_no_contact_any_more(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    source.put(
        student("ana", "Ana", "Lopez", agents=("eva",), identifier="4471"),
        parent("luis", "Luis", "Lopez"),
    )

    run = sync(registration, source)

    assert run.changes == {"guardian.departed": 1, "relationship.removed": 1}
    assert ("ana", "luis") not in pairs_of(maple_valley)
    assert HistoryEntry.objects.filter(action="relationship.removed").count() == 1


def test_one_side_lost_now_and_the_other_later_ends_the_relationship(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    source.put(student("ana", "Ana", "Lopez", agents=("eva",), identifier="4471"))
    sync(registration, source)
    source.put(parent("luis", "Luis", "Lopez"))

    run = sync(registration, source)

    assert run.changes == {"guardian.departed": 1, "relationship.removed": 1}


def test_a_guardian_of_nobody_of_ours_is_not_stored_until_a_child_is(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    source.put(parent("zoe", "Zoe", "Reyes", children=("marco",)))
    sync(registration, source)
    stored = Guardian.objects.filter(sourced_id="zoe").exists()
    source.put(student("marco", "Marco", "Reyes"))

    run = sync(registration, source)

    assert not stored
    assert run.changes == {"guardian.added": 1, "relationship.added": 1, "student.added": 1}
    assert ("marco", "zoe") in pairs_of(maple_valley)


def test_a_link_to_a_parent_not_yet_in_the_feed_waits_and_resolves(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    source.put(student("marco", "Marco", "Reyes", agents=("zoe",)))
    sync(registration, source)
    source.put(parent("zoe", "Zoe", "Reyes"))

    run = sync(registration, source)

    assert run.changes == {"guardian.added": 1, "relationship.added": 1}
    assert ("marco", "zoe") in pairs_of(maple_valley)


def test_a_case_manager_among_the_agents_is_no_contact(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    source.put(
        student("marco", "Marco", "Reyes", agents=("tom", "ana")),
        parent("tom", "Tom", "Teach", role="teacher", children=("marco",)),
    )

    sync(registration, source)

    assert not [pair for pair in pairs_of(maple_valley) if pair[0] == "marco"]


def test_an_adult_of_unknown_role_is_a_contact_of_no_standing(
    registration: Registration, source: FakeSource
) -> None:
    source.put(
        student("marco", "Marco", "Reyes", agents=("sam",)),
        parent("sam", "Sam", "Reyes", role="godparent"),
    )

    sync(registration, source)

    assert Guardian.objects.get(sourced_id="sam").role == "other"


def test_one_id_with_two_roles_is_both_a_student_and_a_contact(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    teacher = parent("eva", "Eva", "Lopez", role="teacher")
    source.people["eva as teacher"] = teacher

    sync(registration, source)

    assert ("ana", "eva") in pairs_of(maple_valley)


def test_two_rows_of_one_student_in_two_schools_become_one_and_stay_so(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    source.people["ben again"] = student("ben", "Ben", "Dunn", schools=("fir",))

    first = sync(registration, source)
    second = sync(registration, source)
    third = sync(registration, source)

    assert first.changes["student.added"] == 4
    assert lists_of(maple_valley) == {"oak": {"ana", "ben", "cy"}, "fir": {"ben", "dee"}}
    assert (second.state, third.state) == ("unchanged", "unchanged")


def test_a_second_row_of_a_known_student_settles_after_one_more_sync(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    source.people["ben again"] = student("ben", "Ben", "Dunn", schools=("fir",))

    cautious = sync(registration, source)
    settled = sync(registration, source)
    after = sync(registration, source)

    assert (cautious.state, cautious.problems) == ("unchanged", {"duplicate_id": 1})
    assert settled.changes == {"student.transferred": 1}
    assert "ben" in lists_of(maple_valley)["fir"] & lists_of(maple_valley)["oak"]
    assert after.state == "unchanged"


def test_an_incomplete_pull_adds_and_updates_and_removes_nothing(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    source.drop("ben")
    source.put(student("marco", "Marco", "Reyes"))
    source.put(
        student("ana", "Ana", "Lopez", agents=("eva",), identifier="4471"),
        parent("luis", "Luis", "Lopez"),
    )
    source.users_verdict = Verdict(complete=False, received=0, reason="page_failed")

    run = sync(registration, source)

    assert run.complete is False
    assert run.changes == {"student.added": 1}
    assert lists_of(maple_valley)["oak"] == {"ana", "ben", "cy", "marco"}
    assert ("ana", "luis") in pairs_of(maple_valley)


def test_the_next_whole_pull_does_what_an_incomplete_one_withheld(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    source.put(
        student("ana", "Ana", "Lopez", agents=("eva",), identifier="4471"),
        parent("luis", "Luis", "Lopez"),
    )
    source.users_verdict = Verdict(complete=False, received=0, reason="page_failed")
    sync(registration, source)
    source.users_verdict = Verdict(complete=True, received=0)

    run = sync(registration, source)

    assert run.changes == {"guardian.departed": 1, "relationship.removed": 1}


def test_a_row_that_cannot_be_read_is_not_a_student_who_is_gone(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    source.drop("ben")
    source.broken_rows = [b'{"sourcedId": "ben", "role": "student", "givenName": {}}']

    run = sync(registration, source)

    assert run.state == "unchanged"
    assert "ben" in lists_of(maple_valley)["oak"]


def test_a_row_without_an_id_makes_nobody_count_as_gone(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    source.drop("ben")
    source.broken_rows = [b'{"role": "student", "givenName": "B", "familyName": "D"}']
    source.users_verdict = Verdict(complete=True, received=0, every_id_known=False)

    sync(registration, source)

    assert "ben" in lists_of(maple_valley)["oak"]


def test_an_absent_student_is_asked_for_by_id_before_she_departs(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    askable = AskableSource(source.people, source.orgs_there)
    sync(registration, askable)
    askable.hidden["ben"] = askable.people.pop("ben")

    run = sync(registration, askable)

    assert askable.asked == ["ben"]
    assert run.state == "unchanged"
    assert "ben" in lists_of(maple_valley)["oak"]


def test_a_school_that_is_disabled_lets_its_students_go(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    SourceSchool.objects.filter(sourced_id="fir").update(enabled=False)

    run = sync(registration, source)

    assert run.changes == {"relationship.removed": 1, "student.departed": 1}
    assert lists_of(maple_valley) == {"oak": {"ana", "ben", "cy"}, "fir": set()}


def test_students_only_takes_no_contacts_and_lets_go_those_it_had(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    SourceSchool.objects.update(data_choice=DataChoice.STUDENTS)

    run = sync(registration, source)

    assert run.changes == {"guardian.departed": 4, "relationship.removed": 5}
    assert pairs_of(maple_valley) == set()


def test_students_only_from_the_start_stores_no_adult(
    registration: Registration, source: FakeSource
) -> None:
    SourceSchool.objects.update(data_choice=DataChoice.STUDENTS)

    run = sync(registration, source)

    assert run.changes == {"student.added": 4}
    assert not Guardian.objects.exists()


def test_a_mass_removal_waits_for_a_person_and_blocks_no_other_school(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    source.put(*(student(f"s{n}", f"Kid {n}", "Many") for n in range(100)))
    sync(registration, source)
    source.drop(*(f"s{n}" for n in range(40)), "dee")
    source.put(student("new", "New", "Kid"))

    run = sync(registration, source)

    assert run.state == "held"
    assert run.changes == {
        "relationship.removed": 1,
        "student.added": 1,
        "student.departed": 1,
    }
    assert len(lists_of(maple_valley)["oak"]) == 104
    assert lists_of(maple_valley)["fir"] == set()
    hold = Hold.objects.get(run=run)
    assert (hold.school.code, hold.kind, hold.count, hold.of, hold.limit) == (
        "oak",
        "student",
        40,
        103,
        25,
    )


def test_a_held_removal_is_asked_about_again_by_the_next_sync(
    registration: Registration, source: FakeSource
) -> None:
    source.put(*(student(f"s{n}", f"Kid {n}", "Many") for n in range(100)))
    sync(registration, source)
    source.drop(*(f"s{n}" for n in range(40)))
    sync(registration, source)

    again = sync(registration, source)

    assert (again.state, again.changes) == ("held", {})
    assert PlannedChange.objects.filter(state="held").count() == 40


def test_a_mass_loss_of_links_keeps_the_guardians_who_hang_on_them(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    for n in range(40):
        source.put(
            student(f"s{n}", f"Kid {n}", "Many", agents=(f"p{n}",)),
            parent(f"p{n}", f"Parent {n}", "Many"),
        )
    sync(registration, source)
    for n in range(40):
        source.change(f"s{n}", agents=[])

    run = sync(registration, source)

    assert (run.state, run.changes) == ("held", {})
    assert Hold.objects.get(run=run).kind == "relationship"
    assert ("s1", "p1") in pairs_of(maple_valley)


def test_a_change_of_all_ids_is_held_whole_so_that_no_child_is_listed_twice(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    source.put(*(student(f"s{n}", f"Kid {n}", "Many") for n in range(20)))
    sync(registration, source)
    source.drop(*(f"s{n}" for n in range(20)), "ana", "ben", "cy")
    source.put(*(student(f"new-{n}", f"Kid {n}", "Many") for n in range(20)))

    run = sync(registration, source)

    assert run.state == "held"
    assert Hold.objects.get(run=run, kind="student").reason == "ids_turned_over"
    assert len(lists_of(maple_valley)["oak"]) == 23


def test_the_lists_are_dated_by_a_whole_sync_and_not_by_a_half_one(
    registration: Registration, source: FakeSource
) -> None:
    clock = FakeClock()
    sync(registration, source, clock)
    first = SourceSchool.objects.get(sourced_id="oak").list_as_of
    clock.move(hours=24)
    source.users_verdict = Verdict(complete=False, received=0, reason="page_failed")
    sync(registration, source, clock)
    after_half = SourceSchool.objects.get(sourced_id="oak").list_as_of
    source.users_verdict = Verdict(complete=True, received=0)
    sync(registration, source, clock)

    assert first == after_half
    assert SourceSchool.objects.get(sourced_id="oak").list_as_of == clock.now


def test_nobody_who_is_not_ours_is_stored(registration: Registration, source: FakeSource) -> None:
    source.put(
        student("far", "Far", "Away", schools=("elsewhere",)),
        parent("zoe", "Zoe", "Reyes", children=("far",)),
    )

    sync(registration, source)

    assert not Student.objects.filter(sourced_id="far").exists()
    assert not Guardian.objects.filter(sourced_id="zoe").exists()


def test_a_record_that_came_twice_while_another_was_missed_removes_nobody(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    source.drop("ben")
    source.users_verdict = Verdict(complete=True, received=0, total=8)
    source.repeats_in_turn = ["ana", "cy", "eva"]

    run = sync(registration, source)

    assert (run.complete, run.incomplete_reason) == (False, "shifted")
    assert "ben" in lists_of(maple_valley)["oak"]


def test_a_source_that_lists_one_person_twice_in_every_read_is_read_whole(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    source.drop("ben")
    source.people["ana again"] = source.people["ana"]
    source.users_verdict = Verdict(complete=True, received=0, total=8)

    run = sync(registration, source)

    assert run.complete is True
    assert "ben" not in lists_of(maple_valley)["oak"]


def test_what_is_held_stays_held_when_others_have_arrived_meanwhile(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    source.drop("ana", "ben", "cy")
    source.put(student("new", "New", "Kid"))
    first = sync(registration, source)

    again = sync(registration, source)

    assert (first.state, again.state, again.changes) == ("held", "held", {})
    assert lists_of(maple_valley)["oak"] == {"ana", "ben", "cy", "new"}
    assert Hold.objects.get(run=again).reason == "school_emptied"


def test_a_hold_ends_when_the_source_takes_it_back(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    gone = {sourced_id: source.people[sourced_id] for sourced_id in ("ana", "ben", "cy")}
    source.drop(*gone)
    sync(registration, source)
    source.people.update(gone)

    run = sync(registration, source)

    assert (run.state, run.changes) == ("unchanged", {})
    assert not Hold.objects.filter(run=run).exists()


def test_half_a_pull_does_not_make_a_hold_forgotten(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    source.drop("ana", "ben", "cy")
    source.put(student("new", "New", "Kid"))
    sync(registration, source)
    source.users_verdict = Verdict(complete=False, received=0, reason="page_failed")
    sync(registration, source)
    source.users_verdict = Verdict(complete=True, received=0)

    run = sync(registration, source)

    assert (run.state, run.changes) == ("held", {})
    assert lists_of(maple_valley)["oak"] == {"ana", "ben", "cy", "new"}


def test_a_school_that_the_source_lists_no_more_keeps_its_students(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    del source.orgs_there["fir"]
    source.orgs_there["fir-under-a-new-id"] = "Fir Middle School"
    source.change("dee", orgs=[{"sourcedId": "fir-under-a-new-id", "type": "org"}])

    run = sync(registration, source)

    assert run.state == "held"
    assert Hold.objects.get(run=run).reason == "school_not_listed"
    assert lists_of(maple_valley)["fir"] == {"dee"}


def test_with_its_last_school_switched_off_a_source_lets_its_people_go_unread(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    SourceSchool.objects.update(enabled=False)
    run = runs.ask_for_run(registration, by=None, at=MONDAY)

    runs.carry_out(run, clock=FakeClock(), tell=lambda _stage, _count: None)

    assert run.changes == {
        "guardian.departed": 4,
        "relationship.removed": 5,
        "student.departed": 4,
    }
    assert lists_of(maple_valley) == {"oak": set(), "fir": set()}


def test_when_ids_come_back_a_really_new_child_is_let_in(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    source.put(*(student(f"s{n}", f"Kid {n}", "Many") for n in range(20)))
    sync(registration, source)
    old = dict(source.people)
    source.drop(*(f"s{n}" for n in range(20)), "ana", "ben", "cy")
    source.put(*(student(f"new-{n}", f"Kid {n}", "Many") for n in range(20)))
    source.put(student("zed", "Zed", "Quill"))
    sync(registration, source)
    source.people = {**old, "zed": source.people["zed"]}

    run = sync(registration, source)

    assert run.changes == {"student.added": 1}
    assert "zed" in lists_of(maple_valley)["oak"]


def test_a_fathers_removal_that_only_hung_on_a_held_departure_is_done_when_that_is_over(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    oak = {sourced_id: source.people[sourced_id] for sourced_id in ("ana", "ben", "cy")}
    source.drop(*oak)
    sync(registration, source)
    source.people.update(oak)
    source.put(
        student("ana", "Ana", "Lopez", agents=("eva",), identifier="4471"),
        parent("luis", "Luis", "Lopez"),
    )

    run = sync(registration, source)

    assert run.changes == {"guardian.departed": 1, "relationship.removed": 1}
    assert ("ana", "luis") not in pairs_of(maple_valley)


def test_a_row_of_which_a_part_waits_is_looked_at_again_when_it_is_as_before(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    for n in range(40):
        source.put(student(f"s{n}", f"Kid {n}", "Many", agents=(f"p{n}",)))
        source.put(parent(f"p{n}", f"Parent {n}", "Many"))
    sync(registration, source)
    before = dict(source.people)
    for n in range(40):
        source.change(f"s{n}", agents=[])
    source.change("s1", orgs=[{"sourcedId": "fir", "type": "org"}])
    sync(registration, source)
    source.people = before

    run = sync(registration, source)

    assert run.changes == {
        "guardian.returned": 1,
        "relationship.added": 1,
        "student.transferred": 1,
    }
    assert "s1" in lists_of(maple_valley)["oak"]
    assert sync(registration, source).state == "unchanged"


def test_a_name_longer_than_the_list_has_room_for_is_cut_and_counted(
    registration: Registration, source: FakeSource
) -> None:
    source.put(student("zed", "Z" * 300, "Quill"))

    run = sync(registration, source)

    assert run.problems["clipped"] == 1
    assert Student.objects.get(sourced_id="zed").given_name == "Z" * 200


def test_a_sync_while_another_runs_ends_and_says_so(
    registration: Registration, source: FakeSource
) -> None:
    run = runs.ask_for_run(registration, by=None, at=MONDAY)

    with only_sync_of(registration.id), pytest.raises(AlreadyRunning):
        runs.carry_out(run, clock=FakeClock(), tell=lambda _stage, _count: None)

    assert (run.state, run.failure, run.retry_helps) == ("failed", "already_running", True)


def test_a_student_of_a_source_that_was_switched_off_has_a_list_of_no_known_age(
    registration: Registration, source: FakeSource, oak: School
) -> None:
    sync(registration, source)
    new = a_registration(oak.district, slug="new-sis")
    an_enabled_school(new, "oak", oak)
    SourceSchool.objects.filter(registration=new).update(list_as_of=MONDAY)
    before = freshness_of_student(Student.objects.get(sourced_id="ben"), oak).as_of

    SourceSchool.objects.filter(registration=registration).update(enabled=False)

    assert before == FakeClock().now
    assert freshness_of_student(Student.objects.get(sourced_id="ben"), oak).as_of is None

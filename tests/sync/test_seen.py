"""What is remembered of a source, and what is never believed too early."""

import pytest

from cast import lists_of, parent, student, sync
from fakes import FakeSource
from schoolgate.districts.models import District
from schoolgate.oneroster.records import Verdict
from schoolgate.registrations.models import Registration
from schoolgate.roster.models import Guardian, RelationshipClaim, State, Student
from schoolgate.sync import seen
from schoolgate.sync.models import SeenBlock, SyncRun

pytestmark = pytest.mark.django_db


def many(source: FakeSource, count: int) -> None:
    """A source of more than one block."""
    source.put(*(student(f"s-{n}", "Sam", f"Sample {n}", schools=("oak",)) for n in range(count)))


def test_a_source_that_did_not_change_is_known_by_its_blocks(
    registration: Registration, source: FakeSource
) -> None:
    many(source, 200)
    sync(registration, source)
    blocks = set(SeenBlock.objects.values_list("id", flat=True))

    run = sync(registration, source)

    assert run.rows_unchanged == run.rows_read == len(source.people)
    assert set(SeenBlock.objects.values_list("id", flat=True)) == blocks


def test_one_changed_row_replaces_its_own_block(
    registration: Registration, source: FakeSource
) -> None:
    many(source, 200)
    sync(registration, source)
    before = set(SeenBlock.objects.values_list("id", flat=True))
    source.change("s-77", givenName="Samira")

    run = sync(registration, source)

    assert run.changes == {"student.updated": 1}
    assert run.rows_unchanged == len(source.people) - 1
    assert len(before - set(SeenBlock.objects.values_list("id", flat=True))) <= 2


def test_what_a_run_has_read_does_not_count_before_all_of_it_is_in(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    source.change("ben", givenName="Benno")
    sync(registration, source)
    # As a run leaves it that dies before its end.
    died = SyncRun.objects.latest("id")
    SyncRun.objects.filter(pk=died.pk).update(remembered=False)
    source.change("ben", givenName="Ben")

    sync(registration, source)

    assert Student.objects.get(sourced_id="ben").given_name == "Ben"


def test_who_came_with_a_run_that_died_while_it_wrote_is_missed_when_she_is_gone(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    source.put(student("tia", "Tia", "Reyes", schools=("oak",)))
    sync(registration, source)
    # As a run leaves it that dies before its end.
    died = SyncRun.objects.latest("id")
    SyncRun.objects.filter(pk=died.pk).update(remembered=False)
    source.drop("tia")

    sync(registration, source)

    assert "tia" not in lists_of(maple_valley)["oak"]


def test_from_the_first_written_list_on_the_old_rows_are_not_believed(
    registration: Registration, source: FakeSource
) -> None:
    sync(registration, source)
    run = SyncRun.objects.latest("id")
    SeenBlock.objects.update(replaced_by=run.id)

    seen.stop_believing(run)

    assert not SeenBlock.objects.filter(void=False).exists()
    assert seen.open_seen(registration.id).ledger.blocks == {}


def test_who_is_remembered_in_a_void_block_is_missed_all_the_same(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    seen.forget_what_was_seen(registration.id)
    source.drop("ben")

    run = sync(registration, source)

    assert run.changes["student.departed"] == 1
    assert "ben" not in lists_of(maple_valley)["oak"]


def test_who_has_gone_is_not_missed_again(registration: Registration, source: FakeSource) -> None:
    sync(registration, source)
    source.drop("ben")
    sync(registration, source)

    sync(registration, source)
    ledger = seen.open_seen(registration.id).ledger

    assert len(ledger.rows.rows) == len(source.people)


def test_a_parent_of_nobody_of_ours_comes_with_a_childs_new_link_though_her_row_did_not_change(
    registration: Registration, source: FakeSource
) -> None:
    source.put(parent("zoe", "Zoe", "Reyes"))
    sync(registration, source)
    nobody = Guardian.objects.filter(sourced_id="zoe").exists()
    source.change("ben", agents=[{"sourcedId": "zoe"}])

    sync(registration, source)

    assert nobody is False
    assert Guardian.objects.get(sourced_id="zoe").state == State.ACTIVE


def test_a_parent_who_was_not_in_the_half_pull_that_linked_her_comes_with_the_next_whole_one(
    registration: Registration, source: FakeSource
) -> None:
    source.put(parent("zoe", "Zoe", "Reyes"))
    sync(registration, source)
    source.change("ben", agents=[{"sourcedId": "zoe"}])
    half = {key: person for key, person in source.people.items() if key != "zoe"}
    cut = Verdict(complete=False, received=0, reason="cut")
    sync(registration, FakeSource(people=half, users_verdict=cut))

    sync(registration, source)

    assert Guardian.objects.get(sourced_id="zoe").state == State.ACTIVE


def test_a_parents_own_claim_brings_her_when_her_child_arrives(
    registration: Registration, source: FakeSource
) -> None:
    source.put(parent("zoe", "Zoe", "Reyes", children=("tia",)))
    sync(registration, source)
    claims = RelationshipClaim.objects.filter(adult_sourced_id="zoe").count()
    source.put(student("tia", "Tia", "Reyes", schools=("oak",)))

    sync(registration, source)

    assert claims == 1
    assert Guardian.objects.get(sourced_id="zoe").state == State.ACTIVE


def test_a_source_that_sends_nobody_at_all_removes_nobody(
    registration: Registration, source: FakeSource, maple_valley: District
) -> None:
    sync(registration, source)
    source.people.clear()

    run = sync(registration, source)

    assert (run.complete, run.incomplete_reason) == (False, "empty")
    assert "ben" in lists_of(maple_valley)["oak"]

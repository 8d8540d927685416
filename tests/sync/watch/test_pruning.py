"""Details of old runs go; runs, histories and what waits stay."""

from datetime import timedelta
from typing import Any

import pytest

from cast import MONDAY, a_run
from schoolgate.districts.models import School
from schoolgate.registrations.models import Registration
from schoolgate.sync.models import (
    AppliedSchool,
    Hold,
    PlannedChange,
    RowProblem,
    StagedClaim,
    StagedRow,
    SyncRun,
)
from schoolgate.sync.watch import pruning

pytestmark = pytest.mark.django_db

NOW = MONDAY
OLD = MONDAY - timedelta(days=91)
YOUNG = MONDAY - timedelta(days=89)


@pytest.fixture(autouse=True)
def _ninety_days(settings: Any) -> None:
    settings.KEEP_DETAILS_DAYS = 90


def with_details(run: SyncRun, school: School, state: str = "applied") -> SyncRun:
    """One of every detail that a run notes down."""
    RowProblem.objects.create(
        district=run.district,
        run=run,
        kind="missing_field",
        severity="error",
        collection="users",
        position=7,
    )
    PlannedChange.objects.create(
        run=run, school=school, kind="student", action="updated", state=state
    )
    StagedRow.objects.create(run=run, kind="student", sourced_id="ana", wanted={})
    StagedClaim.objects.create(
        run=run, side="student", student_sourced_id="ana", adult_sourced_id="eva"
    )
    AppliedSchool.objects.create(run=run, school=school, applied_at=run.ended_at)
    return run


def details_of(run: SyncRun) -> list[str]:
    names = {
        "problem": RowProblem,
        "change": PlannedChange,
        "row": StagedRow,
        "claim": StagedClaim,
        "school": AppliedSchool,
    }
    return [name for name, model in names.items() if model._default_manager.filter(run=run)]


ALL = ["problem", "change", "row", "claim", "school"]


def test_the_details_of_an_old_run_go_and_the_run_stays(
    registration: Registration, oak: School
) -> None:
    old = with_details(a_run(registration, ended_at=OLD), oak)
    a_run(registration, ended_at=YOUNG)

    counts = pruning.prune(now=NOW)

    assert details_of(old) == []
    assert SyncRun.objects.filter(pk=old.pk).exists()
    assert counts == {
        "row_problems": 1,
        "planned_changes": 1,
        "staged_rows": 1,
        "staged_claims": 1,
        "applied_schools": 1,
    }


def test_a_young_run_keeps_its_details(registration: Registration, oak: School) -> None:
    young = with_details(a_run(registration, ended_at=YOUNG), oak)
    a_run(registration, ended_at=NOW)

    counts = pruning.prune(now=NOW)

    assert details_of(young) == ALL
    assert counts == {}


def test_the_last_whole_run_of_a_source_keeps_its_plan_however_old(
    registration: Registration, oak: School
) -> None:
    last = with_details(a_run(registration, ended_at=OLD, state="held"), oak, state="held")
    a_run(registration, ended_at=YOUNG, state="failed", complete=None)

    pruning.prune(now=NOW)

    assert details_of(last) == ["change", "row", "claim", "school"]


def test_a_run_that_has_not_ended_keeps_everything(registration: Registration, oak: School) -> None:
    running = a_run(registration, state="running", started_at=OLD, ended_at=None)
    RowProblem.objects.create(
        district=running.district, run=running, kind="k", severity="error", collection="users",
        position=1,
    )  # fmt: skip

    pruning.prune(now=NOW)

    assert details_of(running) == ["problem"]


def test_what_was_approved_and_is_not_written_yet_keeps_its_rows(
    registration: Registration, oak: School
) -> None:
    approved = with_details(a_run(registration, ended_at=OLD, state="held"), oak)
    Hold.objects.create(
        district=registration.district,
        run=approved,
        school=oak,
        kind="student",
        reason="too_many_removed",
        count=1,
        of=2,
        limit=1,
        decision="approved",
        decided_at=OLD,
    )
    a_run(registration, ended_at=YOUNG)

    pruning.prune(now=NOW)

    assert details_of(approved) == ["change", "row", "claim", "school"]


def test_a_change_that_waits_is_never_deleted(registration: Registration, oak: School) -> None:
    old = with_details(a_run(registration, ended_at=OLD), oak, state="withheld")
    a_run(registration, ended_at=YOUNG)

    pruning.prune(now=NOW)

    assert details_of(old) == ["change"]


def test_a_tick_does_a_bounded_piece_and_says_whether_something_is_left(
    registration: Registration, oak: School
) -> None:
    with_details(a_run(registration, ended_at=OLD), oak)
    a_run(registration, ended_at=YOUNG)

    first = pruning.prune_a_piece(now=NOW, batches=2)
    second = pruning.prune_a_piece(now=NOW, batches=20)

    assert (first, second) == (False, True)
    assert not StagedRow.objects.exists()


def test_many_rows_go_in_batches(registration: Registration) -> None:
    old = a_run(registration, ended_at=OLD)
    RowProblem.objects.bulk_create(
        RowProblem(
            district=old.district, run=old, kind="k", severity="error", collection="users",
            position=number,
        )
        for number in range(2_500)
    )  # fmt: skip

    counts = pruning.prune(now=NOW)

    assert counts == {"row_problems": 2_500}

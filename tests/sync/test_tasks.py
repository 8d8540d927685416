"""Syncs as the engine does them: in steps, each of which may come again. No engine is at work."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from cast import MONDAY, a_district_admin, a_run, lists_of
from fakes import FakeSource
from schoolgate.districts.models import District
from schoolgate.jobs import workers
from schoolgate.jobs.models import Worker
from schoolgate.oneroster.errors import NotSignedIn, Unreachable
from schoolgate.registrations.models import Registration
from schoolgate.roster.models import HistoryEntry
from schoolgate.sync import leftovers, runs, steps, tasks
from schoolgate.sync.models import AppliedSchool, Origin, RunKind, SyncRun
from schoolgate.sync.progress import Reporter, TakenOver, fenced
from schoolgate.sync.queries import overtaken_by, waiting_holds
from schoolgate.sync.single_flight import AlreadyRunning, only_sync_of

pytestmark = pytest.mark.django_db

LONG_AGO = MONDAY - timedelta(days=700)
EVERYBODY = {"oak": {"ana", "ben", "cy"}, "fir": {"dee"}}


class PowerCut(BaseException):
    """The process is gone: nothing in it notices."""


class Engine:
    """Does what the engine does with steps: one that ended is remembered, and not done again."""

    def __init__(self) -> None:
        self.remembered: dict[str, Any] = {}

    def step(self, name: str, do: Callable[..., Any], *args: Any) -> Any:
        if name not in self.remembered:
            self.remembered[name] = do(*args)
        return self.remembered[name]


@dataclass
class Opening:
    """How often the source was opened, and what the next openings come to."""

    source: FakeSource
    times: int = 0
    troubles: list[BaseException] = field(default_factory=list)

    def __call__(self, *_args: Any, **_words: Any) -> FakeSource:
        self.times += 1
        if self.troubles:
            raise self.troubles.pop(0)
        return self.source


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    engine = Engine()
    monkeypatch.setattr(tasks.engine, "step", engine.step)
    monkeypatch.setattr(tasks.engine, "patiently", lambda do, *args: do(*args))
    return engine


@pytest.fixture(autouse=True)
def opening(monkeypatch: pytest.MonkeyPatch, source: FakeSource) -> Opening:
    opening = Opening(source)
    monkeypatch.setattr(steps, "open_source", opening)
    return opening


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[float]:
    settings.RETRY_SECONDS = 20
    waits: list[float] = []
    monkeypatch.setattr(tasks, "_wait", lambda seconds, _report: waits.append(seconds))
    return waits


def queued(registration: Registration, **fields: Any) -> SyncRun:
    waiting = {"state": "queued", "complete": None, "started_at": None, "ended_at": None}
    return a_run(registration, **{**waiting, **fields})


def cut_the_power(*_args: Any, **_words: Any) -> None:
    raise PowerCut


# --- a job ------------------------------------------------------------------------------------


def test_a_job_does_the_sync_in_three_steps(
    registration: Registration, maple_valley: District, engine: Engine
) -> None:
    run = queued(registration)

    tasks.carry_out_sync(run.id)

    run.refresh_from_db()
    assert (run.state, run.attempts) == ("applied", 1)
    assert list(engine.remembered) == ["fetch", "decide", "apply"]
    assert lists_of(maple_valley) == EVERYBODY
    assert set(run.timings) == {"fetch", "decide", "apply"}


def test_a_job_that_comes_again_finds_nothing_to_do(
    registration: Registration, opening: Opening
) -> None:
    run = queued(registration)
    tasks.carry_out_sync(run.id)

    tasks.carry_out_sync(run.id)

    assert opening.times == 1
    assert HistoryEntry.objects.filter(action="student.added").count() == 4


@pytest.mark.parametrize("module", ["decide", "apply"])
def test_after_a_crash_the_source_is_not_asked_again(
    registration: Registration,
    maple_valley: District,
    opening: Opening,
    monkeypatch: pytest.MonkeyPatch,
    module: str,
) -> None:
    run, whole = queued(registration), getattr(steps.path, module)
    monkeypatch.setattr(steps.path, module, cut_the_power)
    with pytest.raises(PowerCut):
        tasks.carry_out_sync(run.id)
    monkeypatch.setattr(steps.path, module, whole)

    tasks.carry_out_sync(run.id)

    run.refresh_from_db()
    assert (run.state, run.attempts) == ("applied", 2)
    assert opening.times == 1
    assert lists_of(maple_valley) == EVERYBODY


def test_a_step_whose_end_the_engine_did_not_hear_of_is_not_done_twice(
    registration: Registration, opening: Opening, engine: Engine
) -> None:
    run = queued(registration)
    tasks.carry_out_sync(run.id)
    SyncRun.objects.filter(pk=run.id).update(state="running", ended_at=None)
    engine.remembered.clear()

    tasks.carry_out_sync(run.id)

    run.refresh_from_db()
    assert run.state == "applied"
    assert opening.times == 1
    assert HistoryEntry.objects.filter(action="student.added").count() == 4
    assert AppliedSchool.objects.filter(run=run, school__isnull=False).count() == 2


def test_a_run_that_ends_every_process_is_given_up_after_five(
    registration: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = queued(registration)
    monkeypatch.setattr(steps.path, "fetch", cut_the_power)
    for _ in range(5):
        with pytest.raises(PowerCut):
            tasks.carry_out_sync(run.id)

    tasks.carry_out_sync(run.id)

    run.refresh_from_db()
    assert (run.state, run.failure, run.attempts) == ("failed", "begun_too_often", 5)
    assert "begun 5 times" in run.failure_detail


def test_a_source_that_had_a_bad_moment_is_asked_again_ever_later(
    registration: Registration, opening: Opening, waits: list[float]
) -> None:
    opening.troubles = [Unreachable("No answer."), Unreachable("No answer.")]
    run = queued(registration)

    tasks.carry_out_sync(run.id)

    run.refresh_from_db()
    assert (run.state, run.attempts, run.failure_detail) == ("applied", 3, "")
    assert waits == [20, 60]


def test_a_source_that_never_answers_ends_the_run_after_five_times(
    registration: Registration, opening: Opening, waits: list[float]
) -> None:
    opening.troubles = [Unreachable("No answer.") for _ in range(9)]
    run = queued(registration)

    tasks.carry_out_sync(run.id)

    run.refresh_from_db()
    assert (run.state, run.failure, run.failure_detail) == ("failed", "unreachable", "No answer.")
    assert run.retry_helps
    assert opening.times == 5
    assert waits == [20, 60, 180, 540]


def test_a_refused_key_is_not_tried_again(
    registration: Registration, opening: Opening, waits: list[float]
) -> None:
    opening.troubles = [NotSignedIn("The source refused our key.")]
    run = queued(registration)

    tasks.carry_out_sync(run.id)

    run.refresh_from_db()
    assert (run.state, run.failure) == ("failed", "not_signed_in")
    assert (opening.times, waits) == (1, [])


def test_a_fault_of_ours_ends_the_run_and_is_not_hidden(
    registration: Registration, opening: Opening
) -> None:
    opening.troubles = [ValueError("Ana Alvarez")]
    run = queued(registration)

    with pytest.raises(ValueError, match="Ana"):
        tasks.carry_out_sync(run.id)

    run.refresh_from_db()
    assert (run.state, run.failure_detail) == ("failed", "Unexpected ValueError.")


def test_a_database_that_is_away_does_not_end_the_run(
    registration: Registration, opening: Opening
) -> None:
    opening.troubles = [OperationalError("server closed the connection")]
    run = queued(registration)

    with pytest.raises(OperationalError):
        tasks.carry_out_sync(run.id)

    run.refresh_from_db()
    assert run.state == "running"


def test_a_step_waits_for_whoever_writes_at_this_moment(
    registration: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = queued(registration)
    held = only_sync_of(registration.id)
    held.__enter__()
    monkeypatch.setattr(tasks, "_wait", lambda _seconds, _report: held.__exit__(None, None, None))

    tasks.carry_out_sync(run.id)

    run.refresh_from_db()
    assert run.state == "applied"


def test_a_step_that_waits_in_vain_ends_the_run(
    registration: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = queued(registration)
    monkeypatch.setattr(tasks, "LOCK_SECONDS", -1)

    with only_sync_of(registration.id):
        tasks.carry_out_sync(run.id)

    run.refresh_from_db()
    assert (run.state, run.failure) == ("failed", "already_running")


# --- taken over, stopped ----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_who_was_taken_over_from_neither_ends_the_run_nor_writes_for_it(
    registration: Registration,
) -> None:
    run = queued(registration)
    runs.begin(run, at=MONDAY)
    zombie = SyncRun.objects.get(pk=run.id)
    runs.begin(run, at=MONDAY)

    runs.finish(zombie, at=MONDAY)
    with pytest.raises(TakenOver), fenced(zombie):
        SyncRun.objects.filter(pk=run.id).update(pages=7)
    with pytest.raises(TakenOver):
        Reporter(zombie)("collect", 1)
    for step in (steps.decide, steps.apply):
        with pytest.raises(TakenOver):
            step(zombie, lambda: MONDAY, Reporter(run))

    run.refresh_from_db()
    assert (run.state, run.attempts, run.pages, run.planned_at) == ("running", 2, 0, None)


def test_what_a_step_saves_leaves_alone_how_the_run_stands(registration: Registration) -> None:
    run = queued(registration)
    work = steps._work_on(run)
    runs.begin(run, at=MONDAY)

    work.rows_read = 12
    work.save()

    run.refresh_from_db()
    assert (run.state, run.attempts, run.rows_read) == ("running", 1, 12)


@pytest.mark.django_db(transaction=True)
def test_a_run_stopped_while_it_reads_writes_nothing(
    registration: Registration, maple_valley: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = queued(registration)
    lee = a_district_admin(maple_valley)
    read = steps.path.fetch

    def read_and_stop(*args: Any, **words: Any) -> None:
        tasks.ask_to_stop(SyncRun.objects.get(pk=run.id), by=lee, at=MONDAY)
        read(*args, **words)

    monkeypatch.setattr(steps.path, "fetch", read_and_stop)

    tasks.carry_out_sync(run.id)

    run.refresh_from_db()
    assert (run.state, run.fetched_at) == ("cancelled", None)
    assert lists_of(maple_valley) == {"oak": set(), "fir": set()}


@pytest.mark.django_db(transaction=True)
def test_a_run_stopped_while_it_plans_leaves_what_waits_for_a_person(
    registration: Registration,
    maple_valley: District,
    source: FakeSource,
    monkeypatch: pytest.MonkeyPatch,
    engine: Engine,
) -> None:
    tasks.carry_out_sync(queued(registration).id)
    source.drop("ana", "ben", "cy")
    holding = queued(registration)
    engine.remembered.clear()
    tasks.carry_out_sync(holding.id)
    run, lee, make_plan = queued(registration), a_district_admin(maple_valley), steps.path.plan
    engine.remembered.clear()

    def plan_and_stop(planning: SyncRun) -> None:
        whole(planning)
        assert tasks.ask_to_stop(SyncRun.objects.get(pk=run.id), by=lee, at=MONDAY)

    whole = make_plan.make_plan
    monkeypatch.setattr(make_plan, "make_plan", plan_and_stop)

    tasks.carry_out_sync(run.id)

    run.refresh_from_db()
    assert (run.state, run.planned_changes.count()) == ("cancelled", 0)
    assert holding.planned_changes.filter(state="held").count() == 3
    assert [hold.run_id for hold in waiting_holds(registration)] == [holding.id]
    assert overtaken_by(holding) is None


@pytest.mark.parametrize("stage", ["safety", "apply"])
def test_a_run_that_judges_or_writes_is_not_stopped(
    registration: Registration, maple_valley: District, stage: str
) -> None:
    run = queued(registration, state="running", stage=stage)

    assert not runs.may_be_stopped(run)
    assert not tasks.ask_to_stop(run, by=a_district_admin(maple_valley), at=MONDAY)


# --- asked for, handed over, left over --------------------------------------------------------


def test_two_runs_of_one_source_are_never_active(registration: Registration) -> None:
    queued(registration)

    with pytest.raises(AlreadyRunning):
        runs.ask_for_run(registration, by=None, at=MONDAY)


def test_what_the_engine_cannot_take_is_handed_over_by_the_next_tick(
    registration: Registration, maple_valley: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted: list[tuple[object, ...]] = []

    def away(*_job: Any, partition: str) -> None:
        raise tasks.engine.EngineAway

    monkeypatch.setattr(tasks.engine, "submit", away)
    run = tasks.request_sync(registration, by=a_district_admin(maple_valley), at=MONDAY)
    monkeypatch.setattr(tasks.engine, "submit", lambda *job, **_words: submitted.append(job))

    tasks.hand_over_what_waits(MONDAY)
    tasks.hand_over_what_waits(MONDAY)

    run.refresh_from_db()
    assert submitted == [("sync", run.id)]
    assert run.submitted_at == MONDAY


def test_a_commands_run_and_an_undo_are_not_for_the_engine(
    registration: Registration, pine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued(registration, origin=Origin.COMMAND)

    assert leftovers.waiting() == []
    SyncRun.objects.update(origin=Origin.PERSON, kind=RunKind.UNDO)
    assert leftovers.waiting() == []


def test_a_commands_run_is_dead_when_its_lock_is_free_and_no_machine_beats_for_it(
    registration: Registration,
) -> None:
    run = queued(registration, origin=Origin.COMMAND, state="running")

    with only_sync_of(registration.id):
        assert not leftovers.end_if_dead(run, at=MONDAY)
    row = workers.sign_in(f"command:elsewhere:{leftovers.heart_of(run)}")
    assert not leftovers.end_if_dead(run, at=MONDAY)
    workers.sign_out(row)
    assert leftovers.end_if_dead(run, at=MONDAY)

    run.refresh_from_db()
    assert (run.state, run.failure, run.retry_helps) == ("failed", "interrupted", True)


def test_the_engines_run_is_dead_when_no_worker_was_heard_of(registration: Registration) -> None:
    run = queued(registration)
    workers.sign_in("oak:1")
    leftovers.make_room(registration, at=MONDAY)
    assert runs.active_run_of(registration) == run

    Worker.objects.update(beat_at=LONG_AGO)
    leftovers.make_room(registration, at=MONDAY)

    assert runs.active_run_of(registration) is None


@pytest.mark.parametrize(
    ("standing", "state", "handed_over"),
    [
        ("PENDING", "running", 0),
        ("ENQUEUED", "running", 0),
        ("ERROR", "failed", 0),
        ("CANCELLED", "failed", 0),
        (None, "running", 1),
    ],
)
def test_a_run_whose_job_has_ended_without_it_is_ended_and_a_lost_one_handed_over_again(
    registration: Registration,
    monkeypatch: pytest.MonkeyPatch,
    standing: str | None,
    state: str,
    handed_over: int,
) -> None:
    run = queued(registration, state="running", submitted_at=LONG_AGO)
    submitted: list[object] = []
    monkeypatch.setattr(
        tasks.engine, "standing", lambda _name, _ids: {run.id: standing} if standing else {}
    )
    monkeypatch.setattr(tasks.engine, "submit", lambda *job, **_words: submitted.append(job))

    tasks.end_what_nobody_does(MONDAY)

    run.refresh_from_db()
    assert run.state == state
    assert len(submitted) == handed_over


def test_a_run_that_was_handed_over_just_now_is_left_in_peace(
    registration: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = queued(registration, submitted_at=MONDAY - timedelta(minutes=1))
    monkeypatch.setattr(tasks.engine, "standing", lambda _name, _ids: {run.id: "ERROR"})

    tasks.end_what_nobody_does(MONDAY)

    run.refresh_from_db()
    assert run.state == "queued"

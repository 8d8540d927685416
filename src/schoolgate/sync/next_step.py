"""A source on one line: how its last run stands, and what its district should do next. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from schoolgate.registrations.models import Registration
from schoolgate.registrations.queries import Schools
from schoolgate.sync.models import RunState, SyncRun
from schoolgate.sync.run_words import Standing, standing_of


class Step(StrEnum):
    CHOOSE_SCHOOLS = "choose_schools"
    FIRST_SYNC = "first_sync"
    WATCH = "watch"
    READ_WHY = "read_why"
    READ_WHAT_WAITS = "read_what_waits"
    NOTHING = "nothing"


@dataclass(frozen=True)
class SourceRow:
    registration: Registration
    schools: Schools
    last: SyncRun | None
    standing: Standing | None
    step: Step


def source_row(registration: Registration, schools: Schools, last: SyncRun | None) -> SourceRow:
    return SourceRow(
        registration,
        schools,
        last,
        None if last is None else standing_of(last),
        _step(schools, last),
    )


def _step(schools: Schools, run: SyncRun | None) -> Step:
    if not schools.taken:
        return Step.CHOOSE_SCHOOLS
    if run is None:
        return Step.FIRST_SYNC
    if run.state in (RunState.QUEUED, RunState.RUNNING):
        return Step.WATCH
    if run.state == RunState.HELD:
        return Step.READ_WHAT_WAITS
    if run.state == RunState.FAILED or run.complete is False:
        return Step.READ_WHY
    return Step.NOTHING

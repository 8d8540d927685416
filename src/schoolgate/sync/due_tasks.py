"""The clock asks for syncs: at every tick, what is due is queued."""

from datetime import datetime

from schoolgate.jobs import engine
from schoolgate.sync.due import MOST_AT_ONCE, plan_due_runs
from schoolgate.sync.due_changes import plan_due_changes


@engine.every_tick
def queue_what_is_due(now: datetime) -> None:
    plan_due_runs(now)
    plan_due_changes(now, most=MOST_AT_ONCE)

"""The clock asks for syncs: at every tick, what is due is queued."""

from datetime import datetime

from schoolgate.jobs import engine
from schoolgate.sync.due import plan_due_runs


@engine.every_tick
def queue_what_is_due(now: datetime) -> None:
    plan_due_runs(now)

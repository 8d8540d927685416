"""At every tick: districts are told what is wrong, and old details go."""

from datetime import datetime

from schoolgate.jobs import engine
from schoolgate.sync.watch import chores


@engine.every_tick
def watch(now: datetime) -> None:
    chores.do_what_is_due(now)

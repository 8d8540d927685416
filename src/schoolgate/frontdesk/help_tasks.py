"""At every tick: responders whose turn has come are written to."""

from datetime import datetime

from schoolgate.frontdesk.help.mailing import tell_responders
from schoolgate.jobs import engine


@engine.every_tick
def tell_responders_of_calls(now: datetime) -> None:
    tell_responders(now=now)

"""At the top of each hour: visits of a day that is over are ended."""

from datetime import datetime

from schoolgate.frontdesk.visits.end_of_day import end_visits_of_past_days
from schoolgate.jobs import engine


@engine.every_tick
def end_visits(now: datetime) -> None:
    if now.minute == 0:
        end_visits_of_past_days(now=now)

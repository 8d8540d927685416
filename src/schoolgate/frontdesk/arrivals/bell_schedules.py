"""Set a school's bell schedule."""

from django.db import transaction

from schoolgate.audit import log
from schoolgate.frontdesk.arrivals.bell_schedule import read_schedule, write_schedule
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.models import BellSchedule


@transaction.atomic
def set_schedule(desk: Desk, lines: str) -> BellSchedule:
    """Let the days of this school go by these periods. Raises BadSchedule."""
    periods = read_schedule(lines)
    schedule, _ = BellSchedule.objects.update_or_create(
        district_id=desk.school.district_id,
        school=desk.school,
        defaults={"lines": write_schedule(periods)},
    )
    log.record(
        "bell_schedule.set",
        at=desk.now,
        district_id=desk.school.district_id,
        actor_id=desk.by.pk,
        subject=f"school:{desk.school.pk}",
        periods=len(periods),
    )
    return schedule

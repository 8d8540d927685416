"""What another policy would have answered to the adults who came lately. Records nothing."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from schoolgate.frontdesk import cases
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.errands import ERRANDS
from schoolgate.frontdesk.models import DeskEvent, EventKind, RelationshipPolicy
from schoolgate.frontdesk.on_file import look_up
from schoolgate.frontdesk.person_checks import Presented, weigh
from schoolgate.frontdesk.policies import as_policy
from schoolgate.frontdesk.queries import enrolled_at
from schoolgate.frontdesk.verdicts import Evidence, Level

LATELY = timedelta(days=30)
# Each is a whole question to the database: enough to see what changes, soon enough to wait for.
AT_MOST = 100
_PURPOSES = {str(errand.kind): purpose for purpose, errand in ERRANDS.items()}


@dataclass(frozen=True, kw_only=True)
class Effect:
    """How often each answer came, now and with the other policy."""

    level: Level
    now: int
    then: int


@dataclass(frozen=True, kw_only=True)
class Preview:
    asked: int
    effects: tuple[Effect, ...]


def preview(desk: Desk, other: RelationshipPolicy) -> Preview:
    """Put the adults of the last 30 days (the last 100) to the rules as they are and as planned.

    With today's lists and restrictions, and with the evidence that was given.
    """
    now: Counter[Level] = Counter()
    then: Counter[Level] = Counter()
    for as_is, planned in _answers(desk, other):
        now[as_is] += 1
        then[planned] += 1
    effects = (Effect(level=one, now=now[one], then=then[one]) for one in Level)
    return Preview(asked=now.total(), effects=tuple(one for one in effects if one.now or one.then))


def _answers(desk: Desk, other: RelationshipPolicy) -> Iterator[tuple[Level, Level]]:
    for event in _lately(desk):
        if event.student is None:
            continue
        purpose = _PURPOSES.get(event.kind, cases.Purpose.RELEASE)
        file = look_up(event.student, desk.school, now=desk.now, purpose=purpose)
        # Who left today has left: that is no question of policy.
        file = replace(file, today=cases.Today(attendance=cases.Attendance.IN_CLASS))
        chosen = str(event.guardian_id) if event.guardian_id else None
        evidence = frozenset(Evidence(one) for one in event.evidence)
        presented = Presented(name=event.presented_name, chosen_id=chosen, evidence=evidence)
        planned = replace(file, policy=as_policy(other, purpose))
        yield weigh(file, presented).verdict.level, weigh(planned, presented).verdict.level


def _lately(desk: Desk) -> list[DeskEvent]:
    events = DeskEvent.objects.filter(
        district_id=desk.school.district_id,
        school=desk.school,
        kind__in=[EventKind.EARLY_DEPARTURE, EventKind.VISIT, EventKind.REFUSAL],
        decided_at__gte=desk.now - LATELY,
        student__in=enrolled_at(desk.school),
    )
    return list(events.select_related("student").order_by("-decided_at")[:AT_MOST])

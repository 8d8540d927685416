"""A visitor who comes to see no student: may she come in? The same table, asked about everybody.

Every order that keeps a person from any student of the school, from the school or from the district
counts, however loosely the name is alike. Whom nothing touches may come in with a photo ID.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from schoolgate.frontdesk import cases
from schoolgate.frontdesk.pickup_rules import decide
from schoolgate.frontdesk.recognition import Recognition, Touch
from schoolgate.frontdesk.verdicts import Evidence, Verdict

# No student's list is asked, so its age is no question.
NO_LIST = cases.Freshness(age=timedelta(0))
# Who must not take a child is no visitor of that child's school without an administrator.
KEEPS_OUT = frozenset(
    {cases.Effect.NO_VISIT, cases.Effect.NO_CONTACT, cases.Effect.SUPERVISED_ONLY}
)


def decide_visitor(
    name: str,
    orders: Iterable[cases.Restriction],
    *,
    now: datetime,
    evidence: frozenset[Evidence] = frozenset(),
    same_person: cases.SamePerson | None = None,
) -> Verdict:
    """Say whether this adult may come in, with the reasons. `orders` are those of the school."""
    case = _case(name, orders, now=now, evidence=evidence)
    if same_person is not None:
        who = Recognition(case)
        answers = {one.id: same_person for one in who.orders if who.touch(one) is Touch.POSSIBLE}
        case = _case(name, orders, now=now, evidence=evidence, answers=answers)
    return decide(case)


def asks_same_person(name: str, orders: Iterable[cases.Restriction], *, now: datetime) -> bool:
    """Whether the clerk must say if the visitor is the person whom an order names."""
    who = Recognition(_case(name, orders, now=now, evidence=frozenset()))
    return any(who.touch(one) is Touch.POSSIBLE for one in who.orders)


def _case(
    name: str,
    orders: Iterable[cases.Restriction],
    *,
    now: datetime,
    evidence: frozenset[Evidence],
    answers: dict[str, cases.SamePerson] | None = None,
) -> cases.Case:
    here = "here"
    return cases.Case(
        purpose=cases.Purpose.VISIT,
        now=now,
        school_id=here,
        student=cases.Student(id="", name="", grade="", school_ids=frozenset({here}), active=True),
        today=cases.Today(attendance=cases.Attendance.IN_CLASS),
        adult=cases.Adult(name=name, same_person=answers or {}),
        contacts=(),
        former_contacts=(),
        restrictions=tuple(one for one in orders if one.effects & KEEPS_OUT),
        authorisations=(),
        namesakes=(),
        freshness=NO_LIST,
        policy=cases.Policy(validates_custody=False),
        evidence=evidence,
    )

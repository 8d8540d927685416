"""One release in which all is well; tests change the one thing that they are about."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from schoolgate.frontdesk.cases import (
    Adult,
    Attendance,
    Authorisation,
    Case,
    Contact,
    ContactRole,
    Effect,
    Freshness,
    Pickup,
    PickupWord,
    Policy,
    Purpose,
    Restriction,
    Scope,
    Student,
    Today,
)
from schoolgate.frontdesk.name_parts import PersonName
from schoolgate.frontdesk.verdicts import Evidence

NOW = datetime(2026, 11, 23, 13, 42, tzinfo=UTC)
TODAY = date(2026, 11, 23)

ELENA = Contact(
    adult_id="a-elena",
    name=PersonName(given="Elena", family="Rivera"),
    role=ContactRole.PARENT,
    listed_since=date(2026, 8, 20),
)
ROBERT = Contact(
    adult_id="a-robert",
    name=PersonName(given="Robert", family="Rivera"),
    role=ContactRole.PARENT,
    listed_since=date(2026, 8, 20),
)
STEPFATHER = Contact(
    adult_id="a-tom",
    name=PersonName(given="Tom", family="Baker"),
    role=ContactRole.RELATIVE,
    listed_since=date(2026, 8, 20),
)


def a_case(**changes: object) -> Case:
    """Elena Rivera, listed parent, photo ID seen, takes Marisol; the list is seven hours old."""
    good = Case(
        purpose=Purpose.RELEASE,
        now=NOW,
        school_id="oak",
        student=Student(
            id="s-marisol",
            name="Marisol Rivera",
            grade="2",
            school_ids=frozenset({"oak"}),
            active=True,
        ),
        today=Today(attendance=Attendance.IN_CLASS),
        adult=Adult(name="ELENA RIVERA"),
        contacts=(ELENA, ROBERT, STEPFATHER),
        former_contacts=(),
        restrictions=(),
        authorisations=(),
        namesakes=(),
        freshness=Freshness(age=timedelta(hours=7, minutes=32), run_id="812"),
        policy=Policy(),
        evidence=frozenset({Evidence.PHOTO_ID}),
    )
    return replace(good, **changes)  # type: ignore[arg-type]


def an_order(given: str, family: str, *effects: Effect, **changes: object) -> Restriction:
    """Write a restriction about Marisol, in force since September, until reviewed."""
    order = Restriction(
        id=f"o-{given}-{family}".lower(),
        names=(PersonName(given=given, family=family),),
        effects=frozenset(effects or {Effect.NO_RELEASE}),
        scope=Scope.STUDENTS,
        student_ids=frozenset({"s-marisol"}),
        from_on=date(2026, 9, 1),
        instruction="Call Mr. Lee.",
    )
    return replace(order, **changes)  # type: ignore[arg-type]


def an_authorisation(**changes: object) -> Authorisation:
    """Let grandmother Rosa Vega collect today: Elena said so on the phone."""
    given = Authorisation(
        id="t-1",
        name=PersonName(given="Rosa", family="Vega"),
        valid_from=datetime(2026, 11, 23, 0, 0, tzinfo=UTC),
        valid_until=datetime(2026, 11, 23, 23, 59, tzinfo=UTC),
        uses_left=1,
        given_by_id="a-elena",
        given_by="Elena R.",
        verified_how="called 1:10 PM",
    )
    return replace(given, **changes)  # type: ignore[arg-type]


def a_word(state: Pickup, source: str = "the school") -> PickupWord:
    return PickupWord(state=state, source=source, said_on=date(2026, 9, 3))

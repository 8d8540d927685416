"""A student says at a kiosk that she is late; the desk confirms it, or says that it is not so."""

from dataclasses import dataclass

from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from schoolgate.frontdesk.arrivals.late_arrival import EXCUSED, doubts_about, lateness_now
from schoolgate.frontdesk.arrivals.queries import waiting_at
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.kiosk.words import ENGLISH, REASONS
from schoolgate.frontdesk.models import DeskEvent, EventKind, Kiosk, KioskArrival
from schoolgate.frontdesk.queries import claim, enrolled_at, with_words
from schoolgate.frontdesk.record import add_event, log_event
from schoolgate.roster.folding import fold
from schoolgate.roster.models import Student
from schoolgate.sync.freshness import freshness_of

LETTERS_AT_LEAST = 3
SHOWN_AT_MOST = 6
SALT = "frontdesk.kiosk.student.1"
# Who stood before the kiosk a minute ago is not who stands there now.
CHOICE_SECONDS = 120


class SeeTheDesk(Exception):
    """It cannot be done at a kiosk. `why` is a key of words.WORDS."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One student as a kiosk shows her: a first name, a letter, a grade. `token` names her."""

    name: str
    grade: str
    token: str


def grades_of(desk: Desk) -> list[tuple[str, str]]:
    """List the grades of the school, as its source writes them and as a child reads them."""
    grades = enrolled_at(desk.school).exclude(grade="").values_list("grade", flat=True)
    return [(one, _read(one)) for one in sorted(set(grades))]


def grade_of(student: Student) -> str:
    """Give a student's grade as a child reads it: 2, and not 02."""
    return _read(student.grade)


def _read(grade: str) -> str:
    return grade.lstrip("0") or grade


def find(desk: Desk, typed: str, grade: str) -> list[Choice]:
    """Find who may have typed this. Raises SeeTheDesk: too little, nobody, or not to be told apart.

    A whole student number, as a card carries it, needs no grade.
    """
    students = list(_fitting(desk, typed, grade)[: SHOWN_AT_MOST + 1])
    if not students:
        raise SeeTheDesk("nobody")
    choices = [_choice(one) for one in students]
    shown = {(one.name, one.grade) for one in choices}
    if len(choices) > SHOWN_AT_MOST or len(shown) < len(choices):
        raise SeeTheDesk("many")
    return choices


def _fitting(desk: Desk, typed: str, grade: str) -> QuerySet[Student]:
    enrolled = enrolled_at(desk.school)
    by_card = enrolled.filter(identifier=typed.strip()) if typed.strip() else enrolled.none()
    if by_card.exists():
        return by_card
    words = fold(typed).split()
    if sum(len(one) for one in words) < LETTERS_AT_LEAST or not grade:
        raise SeeTheDesk("short")
    if any(one.isdigit() for word in words for one in word):
        # A part of a number finds nobody here: numbers are tried out.
        raise SeeTheDesk("nobody")
    return with_words(enrolled.filter(grade=grade), words)


def _choice(student: Student) -> Choice:
    return Choice(
        name=f"{student.given_name} {student.family_name[:1]}.",
        grade=grade_of(student),
        token=signing.dumps(student.pk, salt=SALT),
    )


def chosen(desk: Desk, token: str) -> Student:
    """Give the student whom a token names. Raises SeeTheDesk."""
    try:
        number = signing.loads(token, salt=SALT, max_age=CHOICE_SECONDS)
    except signing.BadSignature:
        raise SeeTheDesk("already") from None
    student = enrolled_at(desk.school).filter(id=number).first()
    if student is None:
        raise SeeTheDesk("nobody")
    return student


@transaction.atomic
def say_late(desk: Desk, kiosk: Kiosk, token: str, reason: str) -> KioskArrival:
    """Write down what a student says, for the desk to confirm. Raises SeeTheDesk."""
    if reason not in REASONS[ENGLISH]:
        raise SeeTheDesk("already")
    student = claim(desk.school, [chosen(desk, token).pk]).get()
    late = lateness_now(desk)
    if doubts_about(desk, [student]):
        raise SeeTheDesk("already")
    try:
        with transaction.atomic():
            return KioskArrival.objects.create(
                district_id=desk.school.district_id,
                school=desk.school,
                kiosk=kiosk,
                student=student,
                arrived_at=desk.now,
                reason=reason,
                period=late.period if late else "",
                minutes=late.minutes if late else None,
            )
    except IntegrityError:
        # She waits for the desk already.
        raise SeeTheDesk("already") from None


@transaction.atomic
def confirm(desk: Desk, arrival_ids: list[int]) -> list[DeskEvent]:
    """Record those late arrivals as this person's, with the time at which the students came."""
    return [_record(desk, one) for one in _settled(desk, arrival_ids)]


@transaction.atomic
def dismiss(desk: Desk, arrival_ids: list[int]) -> None:
    """Say that it is not so: nothing is recorded of the students."""
    _settled(desk, arrival_ids)


def _settled(desk: Desk, arrival_ids: list[int]) -> list[KioskArrival]:
    """Settle what still waits; another desk may have been faster."""
    rows = list(waiting_at(desk).select_for_update(of=("self",)).filter(id__in=arrival_ids))
    for one in rows:
        one.settled_at, one.settled_by = desk.now, desk.by
        one.save(update_fields=["settled_at", "settled_by"])
    return rows


def _record(desk: Desk, arrival: KioskArrival) -> DeskEvent:
    excused = EXCUSED[arrival.reason]
    event = add_event(
        desk.school,
        now=desk.now,
        kind=EventKind.LATE_ARRIVAL,
        # When she came: the desk confirms later.
        opened_at=arrival.arrived_at,
        actor=desk.by,
        student=arrival.student,
        reason=arrival.reason,
        excused=excused,
        period=arrival.period,
        minutes=arrival.minutes,
        list_as_of=freshness_of(desk.school).as_of,
        snapshot={"kiosk": arrival.kiosk_id, "arrival": arrival.pk},
    )
    arrival.event = event
    arrival.save(update_fields=["event"])
    log_event("student.late", event, excused=excused, kiosk=arrival.kiosk_id)
    return event

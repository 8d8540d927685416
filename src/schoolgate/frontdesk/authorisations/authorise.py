"""Let an adult come who is not listed, on the word of a contact who was called; and end it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction

from schoolgate.audit import log
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.errands import Errand
from schoolgate.frontdesk.givers import givers
from schoolgate.frontdesk.models import TemporaryAuthorisation
from schoolgate.frontdesk.on_file import look_up
from schoolgate.frontdesk.person_checks import Presented, weigh
from schoolgate.frontdesk.queries import claim, in_force_of

DAYS_AT_MOST = 30


class CannotAuthorise(Exception):
    """The adult cannot be authorised so; the sentence says why."""


@dataclass(frozen=True, kw_only=True)
class Word:
    """What the contact said: who may come, and from which day until which."""

    name: str
    giver_id: int
    from_on: date
    until_on: date
    good_for: int = 1


@transaction.atomic
def authorise(desk: Desk, errand: Errand, student_id: int, word: Word) -> TemporaryAuthorisation:
    """Put an adult on a student's list for a while. Raises CannotAuthorise.

    The rules are asked once more: an order or a denial is not called away.
    """
    student = claim(desk.school, [student_id]).first()
    if student is None:
        raise CannotAuthorise("The student is no longer on this school's list.")
    _refuse_days(word, desk.today)
    file = look_up(student, desk.school, now=desk.now, purpose=errand.purpose)
    called = givers(weigh(file, Presented(name=word.name)))
    giver = next((one for one in called if one.guardian.pk == word.giver_id), None)
    if giver is None:
        raise CannotAuthorise(
            "Nothing recorded: this contact may not give the word, or something has changed."
            " Check the adult once more."
        )
    if len(word.name.split()) == 1:
        raise CannotAuthorise("Write the first and the last name, as on the ID.")
    row = TemporaryAuthorisation.objects.create(
        district_id=desk.school.district_id,
        school=desk.school,
        student=student,
        name=" ".join(word.name.split()),
        given_by=giver.guardian,
        number_called=giver.last_digits,
        valid_from=max(desk.now, _starts(word.from_on, desk)),
        valid_until=_starts(word.until_on + timedelta(days=1), desk) - timedelta(seconds=1),
        good_for=word.good_for,
        added_at=desk.now,
        added_by=desk.by,
    )
    _log("authorisation.added", row, desk, student=student.pk, given_by=giver.guardian.pk)
    return row


@transaction.atomic
def withdraw(desk: Desk, authorisation_id: int) -> None:
    """End an authorisation of this school at once; one that is over stays as it is."""
    rows = in_force_of(desk.school.district_id, desk.now).filter(school=desk.school)
    if row := rows.filter(id=authorisation_id).first():
        row.withdrawn_at, row.withdrawn_by = desk.now, desk.by
        row.save(update_fields=["withdrawn_at", "withdrawn_by"])
        _log("authorisation.withdrawn", row, desk)


def _refuse_days(word: Word, today: date) -> None:
    if word.from_on < today:
        raise CannotAuthorise("An authorisation begins today or later.")
    if word.until_on < word.from_on:
        raise CannotAuthorise("An authorisation cannot end before it begins.")
    if word.until_on - today > timedelta(days=DAYS_AT_MOST):
        raise CannotAuthorise(
            f"At most {DAYS_AT_MOST} days: who comes for longer belongs on the school's list."
        )


def _starts(on: date, desk: Desk) -> datetime:
    return datetime.combine(on, time.min, tzinfo=desk.now.tzinfo)


def _log(action: str, row: TemporaryAuthorisation, desk: Desk, **detail: object) -> None:
    log.record(
        action,
        at=desk.now,
        district_id=desk.school.district_id,
        actor_id=desk.by.pk,
        subject=f"authorisation:{row.pk}",
        **detail,
    )

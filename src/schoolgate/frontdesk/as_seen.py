"""What the desk saw when it decided, ready for the append-only record."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypeVar

from schoolgate.frontdesk.cases import Authorisation, Case, Contact, Restriction, covering
from schoolgate.frontdesk.verdicts import Reason, Verdict

T = TypeVar("T")
# JSON-ready: only str, int, bool, None, list and dict.
Snapshot = dict[str, Any]


def as_seen(case: Case, verdict: Verdict) -> Snapshot:
    """Write down exactly what the desk saw: ids, names as shown, states, freshness, rules.

    Never a licence number (no record here has one) and no birth date: whether one was compared
    is what the record needs. `None` for a list says that it could not be looked up.
    """
    return {
        "at": case.now.isoformat(),
        "purpose": case.purpose.value,
        "school": case.school_id,
        "student": _student(case),
        "adult": _adult(case),
        "contacts": _each(case.contacts, _contact),
        "former_contacts": _each(case.former_contacts, _contact),
        "restrictions": _each(covering(case), _restriction),
        "authorisations": _each(case.authorisations, _authorisation),
        "namesakes": _each(
            case.namesakes, lambda one: {"id": one.student_id, "why": one.nearness.value}
        ),
        "freshness": _freshness(case),
        "evidence": sorted(case.evidence),
        "child_objects": case.child_objects,
        "child_objected": case.child_objected,
        "verdict": _verdict(verdict),
    }


def _each(records: Iterable[T] | None, write: Callable[[T], Snapshot]) -> list[Snapshot] | None:
    return None if records is None else [write(one) for one in records]


def _student(case: Case) -> Snapshot:
    left_at = case.today.left_at
    return {
        "id": case.student.id,
        "name": case.student.name,
        "grade": case.student.grade,
        "active": case.student.active,
        "hold": case.student.hold,
        "may_leave_alone": case.student.may_leave_alone,
        "alone": case.alone,
        "schools": sorted(case.student.school_ids),
        "attendance": case.today.attendance and case.today.attendance.value,
        "left_at": left_at and left_at.isoformat(),
        "left_with": case.today.left_with,
    }


def _adult(case: Case) -> Snapshot:
    answers = case.adult.same_person
    return {
        "presented": str(case.adult.name),
        "chosen": case.adult.chosen_id,
        "birth_date_given": case.adult.birth_on is not None,
        "licence_cut_short": case.adult.licence_cut_short,
        "licence_expired": case.adult.licence_expired,
        "same_person": {order: answer.value for order, answer in sorted(answers.items())},
    }


def _contact(contact: Contact) -> Snapshot:
    return {
        "id": contact.adult_id,
        "name": str(contact.name),
        "aliases": list(contact.aliases),
        "role": contact.role.value,
        "pickup": contact.pickup.value,
        "pickup_words": [
            {"state": word.state.value, "source": word.source, "on": _day(word.said_on)}
            for word in contact.pickup_words
        ],
        "listed_since": _day(contact.listed_since),
        "gone_on": _day(contact.gone_on),
    }


def _restriction(order: Restriction) -> Snapshot:
    return {
        "id": order.id,
        "names": [str(name) for name in order.names],
        "effects": sorted(order.effects),
        "from": _day(order.from_on),
        "until": _day(order.until_on),
        "review": _day(order.review_on),
        "instruction": order.instruction,
        "days": sorted(order.days),
        "other_record": order.other_record,
    }


def _authorisation(authorisation: Authorisation) -> Snapshot:
    return {
        "id": authorisation.id,
        "name": str(authorisation.name),
        "given_by": authorisation.given_by,
        "given_by_id": authorisation.given_by_id,
        "verified": authorisation.verified_how,
        "from": authorisation.valid_from.isoformat(),
        "until": authorisation.valid_until.isoformat(),
        "uses_left": authorisation.uses_left,
    }


def _freshness(case: Case) -> Snapshot:
    freshness = case.freshness
    return {
        "age_seconds": None if freshness.age is None else int(freshness.age.total_seconds()),
        "run": freshness.run_id,
        "last_sync_failed": freshness.last_sync_failed,
        "sync_held": freshness.sync_held,
        "change_about_student": freshness.change_about_student,
        "offline": freshness.offline,
    }


def _verdict(verdict: Verdict) -> Snapshot:
    return {
        "level": verdict.level.name,
        "custody_validated": verdict.custody_validated,
        "rules_version": verdict.rules_version,
        "reasons": [_reason(one) for one in verdict.reasons],
        "grounds": [_reason(one) for one in verdict.grounds],
        "notes": [_reason(one) for one in verdict.notes],
    }


def _reason(reason: Reason) -> Snapshot:
    return {
        "rule": reason.rule,
        "level": reason.level.name,
        "text": reason.text,
        "unlock": reason.unlock,
        "needs": [sorted(group) for group in reason.needs],
        "fault": reason.fault,
    }


def _day(on: date | None) -> str | None:
    return None if on is None else on.isoformat()

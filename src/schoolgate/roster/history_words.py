"""A change of a history as a person would say it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from schoolgate.roster.history import Change

FIELDS = {
    "given_name": "first name",
    "middle_name": "middle name",
    "family_name": "last name",
    "identifier": "student number",
    "grade": "grade",
    "role": "role",
    "email": "email",
    "phone": "phone",
    "sms": "text message number",
}

# Why a student departed, by the word that the departure keeps.
WHY_GONE = {
    "tobedeleted": "the source marked the record as deleted",
    "inactive": "the source marked the record as inactive",
    "absent": "the source's whole list came without this student",
    "no_enabled_school": "the source names no school that is taken here",
    "school_disabled": "the school was switched off here",
    "source_disabled": "no school of the source is taken here any more",
    "other_source": "another source of the district lists this student now",
    "list_cleared": "the school's own list was cleared when a source took over",
    "not_at_source": "the source that took over does not name this student",
    "removed": "taken off the school's own list here",
    "same_person": "this was a second record of one person; the other goes on",
    "undone": "the sync that had put this student on the list was undone",
}

SENTENCES = {
    "student.added": "Added to {to}",
    "student.returned": "Came back: on the list of {to}",
    "student.moved": "Left {left}, moved to {came}",
    "student.came": "Also listed at {came}",
    "student.left": "Left {left}, still at {to}",
    "student.updated": "{changed} changed",
    "student.departed": "Left {left}: {why}",
    "student.adopted": "Recognised at the source: the record of the school's own list goes on",
    "student.rekeyed": "The source has given this student a new id; the record goes on",
    "relationship.added": "Contact added: {adult}",
    "relationship.removed": "Contact removed: {adult}",
    "guardian.added": "Came as a contact",
    "guardian.returned": "Came back as a contact",
    "guardian.updated": "{changed} of {adult_name} changed",
    "guardian.departed": "No student's contact any more",
    "guardian.adopted": "Recognised at the source: the record of the school's own list goes on",
    "guardian.rekeyed": "The source has given this contact a new id; the record goes on",
}
# On the page of the adult the child is named instead.
OF_AN_ADULT = {
    "relationship.added": "Contact of {child}",
    "relationship.removed": "No longer a contact of {child}",
}


@dataclass(frozen=True)
class Detail:
    """One field that changed. Empty: there was nothing, there is nothing."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    sentence: str
    details: tuple[Detail, ...] = ()


def in_words(change: Change, schools: Mapping[int, str]) -> Line:
    """Say what happened, with the names of schools by id, and each field that changed."""
    details = tuple(_details(change))
    before, after = _ids(change.before), _ids(change.after)
    role = change.adult.get("role") or "contact"
    sentence = _template(change, before, after).format(
        to=_schools(after, schools),
        came=_schools(after - before, schools),
        left=_schools(before - after, schools),
        why=why_gone(change.after.get("gone", "")),
        changed=listed(detail.field.lower() for detail in details).capitalize() or "Record",
        adult=f"{name_of(change.adult)} ({role})",
        adult_name=name_of(change.adult),
        child=name_of(change.child),
    )
    return Line(sentence, details)


def why_gone(word: str) -> str:
    """Say why a student is on no list; a word that nobody knows is shown as it is."""
    return WHY_GONE.get(word, f"the reason kept is “{word}”" if word else "the reason was not kept")


def name_of(fields: Mapping[str, Any]) -> str:
    return f"{fields.get('given_name', '')} {fields.get('family_name', '')}".strip()


def listed(names: Iterable[str]) -> str:
    """Write names one after the other: Oak, Fir and Elm."""
    all_names = list(names)
    if len(all_names) <= 1:
        return "".join(all_names)
    return f"{', '.join(all_names[:-1])} and {all_names[-1]}"


def _template(change: Change, before: set[int], after: set[int]) -> str:
    known = {**SENTENCES, **OF_AN_ADULT} if change.child else SENTENCES
    return known.get(_happened(change.action, before, after), f"Changed ({change.action})")


def _happened(action: str, before: set[int], after: set[int]) -> str:
    """Tell the three ways of a transfer apart."""
    if action != "student.transferred":
        return action
    if not after - before:
        return "student.left"
    return "student.moved" if before - after else "student.came"


def _schools(ids: Iterable[int], schools: Mapping[int, str]) -> str:
    names = sorted(schools[one] for one in ids if one in schools)
    return listed(names) or "every list"


def _ids(of: Mapping[str, Any]) -> set[int]:
    return set(of.get("schools", ()))


def _details(change: Change) -> Iterable[Detail]:
    for name, label in FIELDS.items():
        before, after = change.before.get(name), change.after.get(name)
        if before is not None and after is not None and before != after:
            yield Detail(label.capitalize(), str(before), str(after))

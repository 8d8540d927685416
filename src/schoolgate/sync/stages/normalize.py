"""Stage 2, pure: a source row becomes what the roster wants to know of it.

Only what the product needs goes on: no username, no user ids, no metadata.
"""

from schoolgate.oneroster.records import ADULT_CONTACT_ROLES, Ref, Role, Status, User
from schoolgate.sync.records import (
    LONGEST,
    LONGEST_ID,
    Claim,
    Kind,
    NormalizedRow,
    Scope,
    WantedGuardian,
    WantedStudent,
)

# People of the school: an `agents` link to one of them is a case manager, never a contact (2.4).
STAFF = frozenset({Role.ADMINISTRATOR, Role.AIDE, Role.PROCTOR, Role.TEACHER})

# An adult whose role is outside the vocabulary stays a contact of no standing (T-24).
OTHER = "other"


def normalize(user: User, scope: Scope) -> NormalizedRow | None:
    """What the row comes to, or None when its role is of no interest at a front desk."""
    if user.role == Role.STUDENT:
        return _student(user, scope)
    if user.role in STAFF or not scope.takes_contacts:
        return None
    return _guardian(user)


def _student(user: User, scope: Scope) -> NormalizedRow:
    takes = [scope.schools[org.sourced_id] for org in user.orgs if org.sourced_id in scope.schools]
    if user.status is not Status.ACTIVE:
        return NormalizedRow(Kind.STUDENT, user.sourced_id, None, gone=user.status.value)
    if not takes:
        off = any(org.sourced_id in scope.switched_off for org in user.orgs)
        gone = "school_disabled" if off else "no_enabled_school"
        return NormalizedRow(Kind.STUDENT, user.sourced_id, None, gone=gone)
    contacts = any(take.contacts for take in takes)
    texts, clipped = _clip(
        given_name=user.given_name,
        middle_name=user.middle_name or "",
        family_name=user.family_name,
        identifier=user.identifier or "",
        grade=", ".join(user.grades),
    )
    schools = tuple(sorted({take.school_id for take in takes}))
    wanted = WantedStudent(**texts, schools=schools)
    claims = (
        tuple(
            Claim("student", user.sourced_id, adult)
            for adult in _others(user.sourced_id, user.agents)
        )
        if contacts
        else ()
    )
    return NormalizedRow(
        Kind.STUDENT, user.sourced_id, wanted, claims, contacts=contacts, clipped=clipped
    )


def _guardian(user: User) -> NormalizedRow:
    if user.status is not Status.ACTIVE:
        return NormalizedRow(Kind.GUARDIAN, user.sourced_id, None, gone=user.status.value)
    texts, clipped = _clip(
        given_name=user.given_name,
        middle_name=user.middle_name or "",
        family_name=user.family_name,
        role=user.role if user.role in ADULT_CONTACT_ROLES else OTHER,
        email=user.email or "",
        phone=user.phone or "",
        sms=user.sms or "",
    )
    wanted = WantedGuardian(**texts)
    claims = tuple(
        Claim("adult", student, user.sourced_id)
        for student in _others(user.sourced_id, user.agents)
    )
    return NormalizedRow(Kind.GUARDIAN, user.sourced_id, wanted, claims, clipped=clipped)


def _clip(**texts: str) -> tuple[dict[str, str], int]:
    """Cut what the roster has no room for, and say how many values that were."""
    cut = {name: text[: LONGEST[name]] for name, text in texts.items()}
    return cut, sum(cut[name] != text for name, text in texts.items())


def _others(own: str, agents: tuple[Ref, ...]) -> list[str]:
    """The ids a row points at, each once; itself left out, and what is too long to be an id."""
    ids = {agent.sourced_id for agent in agents} - {own}
    return sorted(sourced_id for sourced_id in ids if len(sourced_id) <= LONGEST_ID)

"""The positive grounds of a release: without one of them nobody is allowed anything."""

from schoolgate.frontdesk.cases import ContactRole, Pickup
from schoolgate.frontdesk.names import Match
from schoolgate.frontdesk.recognition import Candidate, Recognition
from schoolgate.frontdesk.rule import Finding, day
from schoolgate.frontdesk.verdicts import Evidence


def accepted_proofs(who: Recognition) -> frozenset[Evidence]:
    """List what proves here that the adult is the person of that name."""
    if who.case.policy.known_by_sight_permitted:
        return frozenset({Evidence.PHOTO_ID, Evidence.KNOWN_BY_SIGHT})
    return frozenset({Evidence.PHOTO_ID})


def is_proved(who: Recognition) -> bool:
    return not accepted_proofs(who).isdisjoint(who.case.evidence)


def counts_by_role(who: Recognition, candidate: Candidate) -> bool:
    contact = candidate.contact
    return contact.role in who.case.policy.roles_that_count and contact.pickup is not Pickup.DENIED


def r1_listed_contact(who: Recognition) -> Finding | None:
    for one in who.taken_for:
        if counts_by_role(who, one) and who.may_allow(one.match) and is_proved(who):
            return _ground(who, role=one.contact.role.value)
    return None


def r2_authorised_today(who: Recognition) -> Finding | None:
    for one, match in who.authorisations:
        if who.may_allow(match) and is_proved(who):
            return _ground(who, giver=one.given_by, verified=one.verified_how)
    return None


def r3_cleared_for_pickup(who: Recognition) -> Finding | None:
    for one in who.taken_for:
        cleared = one.contact.pickup is Pickup.ALLOWED
        if cleared and who.may_allow(one.match) and is_proved(who):
            word = next(w for w in one.contact.pickup_words if w.state is Pickup.ALLOWED)
            return _ground(who, source=word.source, on=day(word.said_on))
    return None


def _ground(who: Recognition, **words: str) -> Finding:
    return Finding(words=words, needs=(accepted_proofs(who),))


def r4_leaves_alone(who: Recognition) -> Finding | None:
    case = who.case
    may = case.alone and case.student.may_leave_alone and case.policy.leaves_alone
    return Finding(words={"why": "18, or with permission on file"}) if may else None


def r0_no_custody_check(who: Recognition) -> Finding | None:
    return None if who.case.policy.validates_custody else Finding()


def claims(who: Recognition) -> tuple[Match, ...]:
    """List what on file speaks for the adult, proved or not, by how the names compare.

    Without a claim no evidence at the desk can make one: an administrator decides.
    """
    by_contact = (
        one.match
        for one in who.taken_for
        if counts_by_role(who, one)
        or one.contact.role is ContactRole.RELATIVE
        or one.contact.pickup is Pickup.ALLOWED
    )
    return (*by_contact, *(match for _, match in who.authorisations))

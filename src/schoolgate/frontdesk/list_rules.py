"""Rules of what the synced list says, does not say, and how old it is."""

from datetime import timedelta

from schoolgate.frontdesk.call_back import who_may_be_called
from schoolgate.frontdesk.cases import Case, ContactRole, Pickup, Purpose
from schoolgate.frontdesk.grounds import accepted_proofs, claims, is_proved
from schoolgate.frontdesk.recognition import Recognition, known
from schoolgate.frontdesk.rule import Finding, day
from schoolgate.frontdesk.verdicts import Evidence, Needs


def x5_not_listed(who: Recognition) -> Finding | None:
    return _not_listed(who) if who.case.purpose is Purpose.RELEASE else None


def x5_not_listed_visit(who: Recognition) -> Finding | None:
    return _not_listed(who) if who.case.purpose is Purpose.VISIT else None


def _not_listed(who: Recognition) -> Finding | None:
    if who.taken_for or who.authorisations or who.case.agency:
        return None
    explained = a4_was_listed(who) or a5_change_waits(who) or n6_no_contacts(who)
    return None if explained else Finding()


def a4_was_listed(who: Recognition) -> Finding | None:
    if who.taken_for or who.authorisations:
        return None
    days = [one.contact.gone_on for one in who.former_candidates]
    if not days:
        return None
    latest = max((on for on in days if on is not None), default=None)
    return Finding(words={"on": day(latest)})


def a5_change_waits(who: Recognition) -> Finding | None:
    freshness = who.case.freshness
    waits = freshness.sync_held or freshness.last_sync_failed
    return Finding() if waits and freshness.change_about_student else None


def a6_too_old_or_offline(who: Recognition) -> Finding | None:
    if who.case.freshness.offline:
        return Finding(words={"what": "This desk is offline"})
    age = _age(who.case)
    if age <= who.case.policy.hard_limit:
        return None
    return Finding(words={"what": f"Lists are {age.days} days old"})


def n5_old(who: Recognition) -> Finding | None:
    age, policy = _age(who.case), who.case.policy
    if not policy.verify_after < age <= policy.hard_limit:
        return None
    return _hours(age, needs=_call_back(who))


def n5_banner(who: Recognition) -> Finding | None:
    age, policy = _age(who.case), who.case.policy
    aged = age > policy.warn_after or who.case.freshness.last_sync_failed
    return _hours(age) if aged and age <= policy.verify_after else None


def _age(case: Case) -> timedelta:
    return known(case.freshness.age, "age of the list")


def _hours(age: timedelta, needs: Needs | None = None) -> Finding:
    return Finding(words={"hours": str(age // timedelta(hours=1))}, needs=needs)


def n8_nobody_to_call(who: Recognition) -> Finding | None:
    """Nobody vouches for herself: what only a call can answer is then for an administrator."""
    asks = n1_relative_not_stated(who) or n5_old(who)
    return Finding() if asks and not who_may_be_called(who) else None


def _call_back(who: Recognition) -> Needs:
    return (frozenset({Evidence.CALL_BACK}),) if who_may_be_called(who) else ()


def _second_proof(who: Recognition) -> Needs:
    proofs = {Evidence.SECOND_PROOF}
    return (frozenset(proofs | {Evidence.CALL_BACK} if who_may_be_called(who) else proofs),)


def n1_relative_not_stated(who: Recognition) -> Finding | None:
    if any(who.may_allow(match) for _, match in who.authorisations):
        return None
    for one in who.taken_for:
        relative = one.contact.role is ContactRole.RELATIVE
        counts = one.contact.role in who.case.policy.roles_that_count
        if relative and not counts and one.contact.pickup is Pickup.UNSET:
            return Finding(words={"name": str(one.contact.name)}, needs=_call_back(who))
    return None


def n2_name_only_alike(who: Recognition) -> Finding | None:
    matches = claims(who) or tuple(one.match for one in who.taken_for)
    if not matches or any(who.may_allow(one) for one in matches):
        return None
    return Finding(words={"how": ". ".join(matches[0].how)}, needs=_second_proof(who))


def n3_two_of_this_name(who: Recognition) -> Finding | None:
    recently = who.today - who.case.policy.recently_gone
    gone = [
        one.contact
        for one in who.former_candidates
        if one.contact.gone_on is None or one.contact.gone_on >= recently
    ]
    people = {one.adult_id: one for one in (*gone, *(c.contact for c in who.candidates))}
    if not who.taken_for or len(people) <= 1:
        return None
    needs = _second_proof(who)
    if who.case.adult.chosen_id is None:
        needs = (frozenset({Evidence.CONTACT_CHOSEN}), *needs)
    return Finding(
        words={"names": "; ".join(str(one.name) for one in people.values())}, needs=needs
    )


def n4_no_id(who: Recognition) -> Finding | None:
    return None if is_proved(who) else Finding(needs=(accepted_proofs(who),))


def n6_no_contacts(who: Recognition) -> Finding | None:
    return None if known(who.case.contacts, "contacts") else Finding()


def i1_new_contact(who: Recognition) -> Finding | None:
    for one in who.taken_for:
        since = one.contact.listed_since
        if since is not None and who.today - since <= who.case.policy.new_contact:
            return Finding(words={"name": str(one.contact.name), "on": day(since)})
    return None

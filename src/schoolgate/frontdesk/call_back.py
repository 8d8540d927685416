"""Whom the desk may call for a word on the adult at the counter.

Never that adult, and never one who may not take the child herself.
"""

from schoolgate.frontdesk.cases import Contact, ContactRole, Pickup
from schoolgate.frontdesk.recognition import AGAINST, Recognition, known, may_be_about


def who_may_be_called(who: Recognition) -> tuple[Contact, ...]:
    """The listed contacts whose word counts, with a number on file.

    Parents and guardians, and whom the school cleared; not denied, under no order for this child,
    and of no name that is like the one presented.
    """
    orders = who.orders_in_force(AGAINST)
    at_counter = {one.contact.adult_id for one in who.candidates} | {who.case.adult.chosen_id}
    return tuple(
        one
        for one in known(who.case.contacts, "contacts")
        if one.adult_id not in at_counter
        and one.has_number
        and _her_word_counts(who, one)
        and not any(may_be_about(order, one) for order in orders)
    )


def _her_word_counts(who: Recognition, contact: Contact) -> bool:
    if contact.pickup is not Pickup.UNSET:
        return contact.pickup is Pickup.ALLOWED
    roles = who.case.policy.roles_that_count | {ContactRole.PARENT, ContactRole.GUARDIAN}
    return contact.role in roles

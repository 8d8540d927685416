"""The decision table: every rule with its level, its sentence and what unlocks it.

Order within a level is the order on the screen. A change here changes decisions: raise
`RULES_VERSION` with it, so that a record says by which table it was decided.
"""

from schoolgate.frontdesk import child_rules as child
from schoolgate.frontdesk import grounds
from schoolgate.frontdesk import list_rules as lists
from schoolgate.frontdesk import restriction_rules as orders
from schoolgate.frontdesk.rule import Kind, Rule
from schoolgate.frontdesk.verdicts import Evidence, Level, Needs

RULES_VERSION = "4"


def _each(*evidence: Evidence) -> Needs:
    return tuple(frozenset({one}) for one in evidence)


_TWO_PEOPLE = (
    'Principal or designee, two people, recording "order no longer in force" or "not this person"'
)
_NO_CHECK = "Recorded without custody check: this school does not validate relationships."
_SAY = "Say: 'Please take a seat, someone will be with you.'"
_GET_WORD = "Get authorisation: call the listed contacts"


RULES: tuple[Rule, ...] = (
    # --- grounds: what speaks for the adult --------------------------------------------------
    Rule(
        id="R1",
        kind=Kind.GROUND,
        level=Level.ALLOW,
        text="Listed as {role}. Identity proved.",
        speaks=grounds.r1_listed_contact,
    ),
    Rule(
        id="R2",
        kind=Kind.GROUND,
        level=Level.ALLOW,
        text="Authorised today by {giver} ({verified}).",
        speaks=grounds.r2_authorised_today,
    ),
    Rule(
        id="R3",
        kind=Kind.GROUND,
        level=Level.ALLOW,
        text="Cleared for pickup by {source}, {on}.",
        speaks=grounds.r3_cleared_for_pickup,
    ),
    Rule(
        id="R4",
        kind=Kind.GROUND,
        level=Level.ALLOW,
        without_adult=True,
        always_binds=True,
        text="May sign out alone: {why}.",
        speaks=grounds.r4_leaves_alone,
    ),
    Rule(
        id="R0",
        kind=Kind.GROUND,
        level=Level.ALLOW,
        text=_NO_CHECK,
        always_binds=True,
        speaks=grounds.r0_no_custody_check,
    ),
    # --- an error in the record --------------------------------------------------------------
    Rule(
        id="X6",
        level=Level.BLOCK,
        without_adult=True,
        text="{what}.",
        unlock="Correct the earlier record",
        always_binds=True,
        speaks=child.x6_not_here,
    ),
    # --- no ----------------------------------------------------------------------------------
    Rule(
        id="X1",
        level=Level.DENY,
        text=f"Do not release. {_SAY} {{instruction}}",
        unlock=_TWO_PEOPLE,
        always_binds=True,
        speaks=orders.x1_restricted,
    ),
    Rule(
        id="X2",
        level=Level.DENY,
        text="Marked not allowed to collect ({source}, {on}).",
        unlock=_TWO_PEOPLE,
        always_binds=True,
        speaks=orders.x2_denied,
    ),
    Rule(
        id="X3",
        level=Level.DENY,
        without_adult=True,
        text="Only named adults may come for this child: {names}.",
        unlock=_TWO_PEOPLE,
        always_binds=True,
        speaks=orders.x3_not_among_named_adults,
    ),
    Rule(
        id="X4",
        level=Level.DENY,
        without_adult=True,
        lifted_by_admin=True,
        text="An administrator only: {why}.",
        unlock="Administrator",
        always_binds=True,
        speaks=child.x4_held,
    ),
    Rule(
        id="X7",
        level=Level.DENY,
        without_adult=True,
        text="The child did not confirm this adult.",
        unlock="Administrator",
        always_binds=True,
        speaks=child.x7_child_objects,
    ),
    Rule(
        id="X5",
        level=Level.DENY,
        text="Not on this child's list.",
        unlock=_GET_WORD,
        speaks=lists.x5_not_listed,
    ),
    # --- an administrator decides ------------------------------------------------------------
    Rule(
        id="X5",
        level=Level.VERIFY_ADMIN,
        text="Not on this child's list: a visit needs consent.",
        unlock="Administrator, or consent of a listed contact by call-back",
        speaks=lists.x5_not_listed_visit,
    ),
    Rule(
        id="A1",
        level=Level.VERIFY_ADMIN,
        text="Possible restricted person: {names}. Same person?",
        unlock="Yes or not sure: do not release. No: administrator compares birth date or photo",
        needs=_each(Evidence.COMPARED_WITH_ORDER),
        always_binds=True,
        speaks=orders.a1_possibly_restricted,
    ),
    Rule(
        id="A2",
        level=Level.VERIFY_ADMIN,
        text="Supervised contact only. {instruction}",
        unlock="Administrator; a visit only with the supervisor",
        always_binds=True,
        speaks=orders.a2_supervised_only,
    ),
    Rule(
        id="A3",
        level=Level.VERIFY_ADMIN,
        text="An order about this adult and child {when}.",
        unlock="Administrator reviews the order",
        always_binds=True,
        speaks=orders.a3_ended_without_review,
    ),
    Rule(
        id="A4",
        level=Level.VERIFY_ADMIN,
        text="No longer on the list since {on}.",
        unlock="Administrator, or a new link in the school system",
        speaks=lists.a4_was_listed,
    ),
    Rule(
        id="A9",
        level=Level.VERIFY_ADMIN,
        without_adult=True,
        text="The child said no or was distressed, and this was taken back.",
        unlock="Administrator, and the child confirms the adult",
        needs=_each(Evidence.CHILD_CONFIRMED),
        always_binds=True,
        speaks=child.a9_no_was_taken_back,
    ),
    Rule(
        id="A5",
        level=Level.VERIFY_ADMIN,
        without_adult=True,
        text="A change to this child's contacts waits for approval.",
        unlock="Administrator approves the change",
        speaks=lists.a5_change_waits,
    ),
    Rule(
        id="A6",
        level=Level.VERIFY_ADMIN,
        without_adult=True,
        text="{what}.",
        unlock="Administrator and call-back",
        needs=_each(Evidence.CALL_BACK),
        speaks=lists.a6_too_old_or_offline,
    ),
    Rule(
        id="A7",
        level=Level.VERIFY_ADMIN,
        text="The order about {names} names other days: {days}. {instruction}",
        unlock="Administrator; nobody interprets an order at the desk",
        always_binds=True,
        speaks=orders.a7_other_days,
    ),
    Rule(
        id="A8",
        level=Level.VERIFY_ADMIN,
        text="An official of an agency takes the child.",
        unlock="Agency form: an administrator is there, and has called the agency back",
        needs=_each(Evidence.AGENCY_CALLED),
        always_binds=True,
        speaks=child.a8_agency,
    ),
    Rule(
        id="N8",
        level=Level.VERIFY_ADMIN,
        text="Nobody else on this child's list can be called about this adult.",
        unlock="Administrator",
        speaks=lists.n8_nobody_to_call,
    ),
    Rule(
        id="N6",
        level=Level.VERIFY_ADMIN,
        text="The school system sent no contacts for this child.",
        unlock="Paper card on file; tell the school system's clerk",
        needs=_each(Evidence.PAPER_CARD),
        speaks=lists.n6_no_contacts,
    ),
    # --- the clerk verifies ------------------------------------------------------------------
    Rule(
        id="C1",
        level=Level.VERIFY,
        without_adult=True,
        text="This child can be mistaken for another student ({why}).",
        unlock="Second identifier of the child, and the child confirms the adult",
        needs=_each(Evidence.SECOND_IDENTIFIER, Evidence.CHILD_CONFIRMED),
        always_binds=True,
        speaks=child.c1_namesake,
    ),
    Rule(
        id="N1",
        level=Level.VERIFY,
        text="{name} is listed as relative, pickup not stated.",
        unlock="Call-back, or set the pickup state",
        speaks=lists.n1_relative_not_stated,
    ),
    Rule(
        id="N2",
        level=Level.VERIFY,
        text="The name is not quite the same. {how}.",
        unlock="Address or birth date on the ID against what the contact knows, or call-back",
        speaks=lists.n2_name_only_alike,
    ),
    Rule(
        id="N3",
        level=Level.VERIFY,
        text="Several people of this name: {names}.",
        unlock="Choose one; birth date or call-back",
        speaks=lists.n3_two_of_this_name,
    ),
    Rule(
        id="N4",
        level=Level.VERIFY,
        text="No photo ID seen.",
        unlock="Photo ID of any kind, or another proof that the district accepts",
        speaks=lists.n4_no_id,
    ),
    Rule(
        id="N5",
        level=Level.VERIFY,
        without_adult=True,
        text="Lists are {hours} h old.",
        unlock="Call-back",
        speaks=lists.n5_old,
    ),
    Rule(
        id="N7",
        level=Level.VERIFY,
        without_adult=True,
        text="Releases end at {at}: it is later.",
        unlock="A reason to go now, written down",
        needs=_each(Evidence.REASON_STATED),
        always_binds=True,
        speaks=child.n7_releases_have_ended,
    ),
    # --- for information ---------------------------------------------------------------------
    Rule(
        id="N5",
        kind=Kind.NOTE,
        level=Level.ALLOW,
        without_adult=True,
        text="Lists are {hours} h old; the last sync is late or failed.",
        speaks=lists.n5_banner,
    ),
    Rule(
        id="A7",
        kind=Kind.NOTE,
        level=Level.ALLOW,
        text="The order about {names} names other days: {days}. {instruction}",
        always_binds=True,
        speaks=orders.a7_other_days_told,
    ),
    Rule(
        id="I1",
        kind=Kind.NOTE,
        level=Level.ALLOW,
        text="{name} is on the list since {on}.",
        speaks=lists.i1_new_contact,
    ),
)

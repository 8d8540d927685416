"""What is known about a student's contacts, as plain records for `answers`."""

from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.missing.answers import Adult, Known
from schoolgate.frontdesk.name_parts import PersonName
from schoolgate.frontdesk.queries import relationships_of
from schoolgate.roster.folding import fold
from schoolgate.roster.models import Guardian, RelationshipState, State, Student
from schoolgate.sync.contact_trace import Connected, trace_contacts

# Of one family name in a district; more says nothing that the first did not.
OTHERS_LOOKED_AT = 500


def known_about(student: Student, desk: Desk, typed: str) -> Known:
    """Gather what the list, the syncs and the source's rows say. Bounded to the district."""
    trace = trace_contacts(student, desk.school)
    pairs = {pair.guardian_id: pair for pair in relationships_of(student)}
    listed = [
        Adult(
            name=_name(pair.guardian),
            current=pair.state == RelationshipState.CURRENT,
            ended_on=desk.here(pair.ended_at).date() if pair.ended_at else None,
        )
        for pair in pairs.values()
    ]
    of_pair = {pair.guardian.sourced_id for pair in pairs.values()}
    connected = [
        _adult(one)
        for one in trace.connected
        if one.sourced_id not in of_pair or one.waits_in is not None
    ]
    return Known(
        has_source=trace.has_source,
        source=trace.source,
        takes_contacts=trace.takes_contacts,
        connected=(*listed, *connected),
        of_others=_of_others(student, typed),
    )


def _adult(one: Connected) -> Adult:
    problem = one.unreadable
    what = f"{problem.field or 'the row'}, {problem.expected}" if problem else ""
    given, _, family = one.name.rpartition(" ")
    name = PersonName(given=given, family=family) if one.name else None
    if one.person is not None:
        name = _name(one.person)
    return Adult(
        name=name,
        sourced_id=one.sourced_id,
        active=one.person is None or one.person.state == State.ACTIVE,
        waits_in=one.waits_in,
        unreadable=what.strip(", "),
    )


def _of_others(student: Student, typed: str) -> tuple[PersonName, ...]:
    """Name adults of the district whose family name begins as a word that was typed."""
    words = [word for word in typed.split() if fold(word)]
    if not words:
        return ()
    rows = Guardian.objects.filter(
        district_id=student.district_id,
        state=State.ACTIVE,
        family_name__istartswith=words[-1][:3],
        relationships__state=RelationshipState.CURRENT,
    ).exclude(relationships__student=student)
    return tuple(_name(one) for one in rows.distinct()[:OTHERS_LOOKED_AT])


def _name(guardian: Guardian) -> PersonName:
    return PersonName(
        given=guardian.given_name, middle=guardian.middle_name, family=guardian.family_name
    )

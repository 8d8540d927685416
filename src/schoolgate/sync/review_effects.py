"""What one held change would do at the desk, in a sentence. Pure.

The sentences hold names: they are for the page of a hold and for nothing else.
"""

from dataclasses import dataclass

HOW_GONE = {
    "absent": "Not in the source any more.",
    "tobedeleted": "Marked in the source as having left.",
    "undone": "Taken back by an undo.",
    "inactive": "Marked in the source as inactive.",
    "school_disabled": "In the source, in a school that was switched off here.",
    "source_disabled": "No school of the source is taken here any more.",
    "no_enabled_school": "In the source, in a school that is not taken here.",
}


@dataclass(frozen=True)
class Effect:
    """One line of the list: who, what the desk could not do any more, how it shows."""

    who: str
    grade: str
    at_the_desk: str
    shown_by: str
    alarm: str = ""


def student_leaves(  # noqa: PLR0913  # what is said of one student
    *, name: str, grade: str, school: str, gone: str, contacts: int, comes_again: bool
) -> Effect:
    """A student leaves the list."""
    with_her = f", nor see {_contacts(contacts)}" if contacts else ""
    return Effect(
        who=name,
        grade=grade,
        at_the_desk=f"Leaves the list of {school}. The desk could not release this student"
        f"{with_her}.",
        shown_by=HOW_GONE.get(gone, HOW_GONE["absent"]),
        alarm="Comes again under another id, with the same name." if comes_again else "",
    )


def contact_ends(*, name: str, grade: str, adult: str, role: str, left: int) -> Effect:
    """An adult is a student's contact no more. `left`: how many contacts would remain."""
    return Effect(
        who=name,
        grade=grade,
        at_the_desk=f"{adult} ({role}) is no longer a contact of {name}, and could not collect "
        "this student.",
        shown_by="The source does not link the two any more.",
        alarm="" if left > 0 else "No contact would be left on file.",
    )


def _contacts(count: int) -> str:
    return "1 contact" if count == 1 else f"{count} contacts"

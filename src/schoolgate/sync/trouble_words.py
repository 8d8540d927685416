"""What could not be read, in plain words. Pure."""

from dataclasses import dataclass

from schoolgate.sync.models import RowProblem

# What a kind of problem means for the lists.
PROBLEMS = {
    "unreadable": "A record is not valid and was left out",
    "not_an_object": "A record is not valid and was left out",
    "missing_id": "A record has no id and was left out",
    "missing_field": "A record lacks something that it must have and was left out",
    "unknown_status": "A record's status is a word that OneRoster does not have; it was left out",
    "version_1_2_shape": "A record is written as in OneRoster 1.2; it was left out",
    "reference_not_understood": "A link to another record cannot be read; the record was left out",
    "stray_quote": "A line has a quotation mark in the wrong place; it was left out",
    "cut_off": "The file ends in the middle of a line; that line was left out",
    "too_few_cells": "A line has too few cells",
    "too_many_cells": "A line has too many cells; it was left out",
    "line_too_long": "A line is too long to be one; it was left out",
    "not_utf8": "A line holds characters that are not UTF-8; it was left out",
    "nul_byte": "A line holds a character that no text has; it was left out",
    "clipped": "A value is longer than the list has room for; it was cut",
    "id_too_long": "An id is too long to be one; the record was left out",
    "duplicate_id": "An id came more than once, with records that differ",
    "unknown_agent": "A contact is named who is not in the source",
    "unknown_org": "A school is named that is not in the source",
    "unknown_role": "A role is a word that OneRoster does not have; nobody becomes a contact by it",
    "unknown_grade": "A grade is not written as the standard has it; it is shown as it came",
    "over_shared": "The source sends passwords. They were dropped; it should not send them",
    "inactive_status": "“inactive” was read as “to be deleted”",
    "boolean_as_text": "Yes or no came as text; it was understood",
    "enum_case": "A word came in another spelling; it was understood",
    "number_as_text": "A number came where text belongs; it was understood",
    "single_value_for_list": "One value came where a list belongs; it was understood",
    "reference_as_text": "A link came as plain text; it was understood",
    "bare_user_id": "An id came without its type; it was understood",
    "blank_row": "An empty line was passed over",
    "extra_blank_cells": "A line has empty cells at its end; they were passed over",
    "space_around_id": "An id has spaces around it; it was kept as it came",
    "moment_without_zone": "A date has no time zone; it was read as UTC",
    "moment_not_understood": "A date could not be read; it was passed over",
    "text_not_understood": "A value is no text; it was passed over",
    "boolean_not_understood": "A value is neither yes nor no; it was passed over",
    "metadata_as_text": "Extra fields came as text; they were understood",
    "metadata_not_understood": "Extra fields could not be read; they were passed over",
}


@dataclass(frozen=True)
class ProblemWords:
    kind: str
    words: str
    count: int
    left_out: bool
    examples: list[RowProblem]


def problems_in_words(
    counts: dict[str, int], examples: list[RowProblem], *, at_most: int = 5
) -> list[ProblemWords]:
    """Each kind with a few examples: the rows that were left out first, then the most frequent."""
    by_kind: dict[str, list[RowProblem]] = {}
    for example in examples:
        by_kind.setdefault(example.kind, []).append(example)
    problems = [
        ProblemWords(
            kind=kind,
            words=PROBLEMS.get(kind, "Something else is odd"),
            count=count,
            left_out=any(row.severity == "error" for row in by_kind.get(kind, [])),
            examples=by_kind.get(kind, [])[:at_most],
        )
        for kind, count in counts.items()
    ]
    return sorted(problems, key=lambda each: (not each.left_out, -each.count, each.kind))

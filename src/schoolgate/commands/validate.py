"""Check a OneRoster 1.1 CSV zip or folder, and change nothing: what it holds, what is wrong."""

import argparse
from pathlib import Path
from typing import Any

from schoolgate.commands.outcome import Exit, Outcome, Refused, refused_by_source
from schoolgate.oneroster.bundle.manifest import Mode
from schoolgate.oneroster.bundle_check import BundleReport, check_bundle
from schoolgate.oneroster.csv_bundle import CsvBundle
from schoolgate.oneroster.errors import BadBundle, OneRosterError, UnsupportedVersion
from schoolgate.oneroster.records import Problem

EXAMPLES = """\
  schoolgate validate export.zip
  schoolgate validate unpacked-folder --json"""

# What a person at the district can do about each kind that is worth a sentence.
_ADVICE = {
    "bare_user_id": "nothing to do; the standard writes user ids as {Type:Id}",
    "blank_row": "nothing to do; the row is skipped",
    "cut_off": "export again: the file breaks off in its last row",
    "duplicate_id": "ask the SIS why one id stands in two rows",
    "empty_file": "export again: a full list with nobody in it removes everybody",
    "extra_blank_cells": "nothing to do; the SIS writes commas too many",
    "links_not_followed": "nothing to do; too many users to follow their links here",
    "missing_column": "ask the SIS to export the column if you need it",
    "missing_field": "fill in the field in the SIS",
    "missing_id": "ask the SIS why a record has no sourcedId",
    "no_contacts": "ask the SIS to export parents and guardians, with agentSourcedIds",
    "not_in_bundle": "ask the SIS to export the file, unless this is a list of changes",
    "not_utf8": "ask the SIS to export as UTF-8; this looks like Windows-1252",
    "present_but_absent": "ask the SIS to correct the manifest; the file is not read",
    "stray_quote": "correct the quotes in the SIS: doubled inside a value, closed at its end",
    "too_few_cells": "ask the SIS why the row has fewer cells than its header",
    "too_many_cells": "ask the SIS to quote values that hold commas",
    "unknown_agent": "ask the SIS to export the adults that students point to",
    "unknown_org": "ask the SIS to export the schools that users point to",
    "unknown_role": "nothing to do; such users are never taken for guardians",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", type=Path, metavar="ZIP_OR_FOLDER")
    parser.add_argument("--json", action="store_true", help="one JSON object for scripts")


def run(args: argparse.Namespace) -> Outcome:
    """Read the whole bundle and report. Well (0) when it can be synced, warnings or not."""
    try:
        with CsvBundle.open(args.bundle) as bundle:
            report = check_bundle(bundle)
    except OneRosterError as error:
        raise _refusal(error) from error
    except OSError as error:
        raise Refused(
            f"{args.bundle} cannot be opened: {error.strerror}.", kind="unreadable"
        ) from error
    if not report.errors:
        return Outcome(_answer(report), text=_text(report))
    complaint = f"{report.errors:,} of the problems stand in the way of a sync."
    return Outcome(_answer(report), text=_text(report), exit=Exit.BAD_INPUT, complaint=complaint)


def _refusal(error: OneRosterError) -> Refused:
    refused = refused_by_source(error)
    if isinstance(error, UnsupportedVersion):
        refused.answer["version"] = error.version
    if isinstance(error, BadBundle):
        refused.kind = error.kind
        place = {"file": error.file, "line": error.line, "column": error.column}
        refused.answer.update(place)
    return refused


def _answer(report: BundleReport) -> dict[str, Any]:
    return {
        "version": report.version,
        "mode": {file: mode.value for file, mode in report.modes.items()},
        "counts": {
            **report.rows,
            "users_by_role": dict(sorted(report.users_by_role.items())),
            "users_removed": report.users_removed,
            "students_with_contact": report.students_with_contact,
        },
        "problems": [_problem(problem) for problem in report.problems],
        "problem_counts": dict(sorted(report.problem_counts.items())),
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "kind": problem.kind,
        "severity": problem.severity,
        "file": problem.file,
        "line": problem.position or None,
        "column": problem.column,
        "sourced_id": problem.sourced_id,
        "field": problem.field,
        "expected": problem.expected,
    }


def _text(report: BundleReport) -> str:
    verdict = "can be synced" if not report.errors else "needs a look before it is synced"
    lines = [f"OneRoster {report.version} bundle: {verdict}.", ""]
    for file, mode in report.modes.items():
        rows = report.rows.get(file.removesuffix(".csv"))
        if mode is not Mode.ABSENT:
            lines.append(
                f"  {file:<22}{mode.value:<8}{'' if rows is None else f'{rows:>10,} rows'}"
            )
    lines += ["", *_people(report), *_problem_lines(report)]
    return "\n".join(lines)


def _people(report: BundleReport) -> list[str]:
    lines = [f"  {count:>10,}  {role}" for role, count in report.users_by_role.most_common()]
    if report.users_removed:
        lines.append(f"  {report.users_removed:>10,}  marked as removed")
    if report.students_with_contact is not None and report.students:
        lines.append(
            f"  {report.students_with_contact:>10,}  students with a contact who is in the bundle"
        )
    return lines


def _problem_lines(report: BundleReport) -> list[str]:
    if not report.problem_counts:
        return ["", "No problems found."]
    lines = ["", "Problems, the most serious first:"]
    first_of = {problem.kind: problem for problem in reversed(report.problems)}
    ordered = sorted(first_of.values(), key=lambda problem: (problem.severity, problem.kind))
    for problem in ordered:
        count = report.problem_counts[problem.kind]
        place = f"{problem.file}, line {problem.position}" if problem.position else problem.file
        advice = _ADVICE.get(problem.kind) or f"expected: {problem.expected}"
        lines.append(f"  {problem.severity:<8}{problem.kind} ({count:,}; first: {place})")
        lines.append(f"          {advice}")
    return lines

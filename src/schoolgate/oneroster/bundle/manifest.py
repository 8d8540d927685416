"""manifest.csv: which OneRoster this is, and how each file is meant (section 3.2)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from schoolgate.oneroster.bundle.formats import ESSENTIAL_FILES
from schoolgate.oneroster.bundle.package import MANIFEST
from schoolgate.oneroster.errors import BadBundle
from schoolgate.oneroster.records import Problem, ProblemLog

# All that a manifest speaks of, besides itself.
FILES = (
    "academicSessions.csv",
    "categories.csv",
    "classes.csv",
    "classResources.csv",
    "courses.csv",
    "courseResources.csv",
    "demographics.csv",
    "enrollments.csv",
    "lineItems.csv",
    "orgs.csv",
    "resources.csv",
    "results.csv",
    "users.csv",
)
# `propertyValue` and `file.systemName` are met in the field (T-37).
_VALUE_HEADERS = frozenset({"value", "propertyvalue"})
_NOT_FILES = frozenset({"file.systemname", "file.systemcode"})


class Mode(StrEnum):
    """What a file is: the whole list, only what changed, or not part of the bundle."""

    BULK = "bulk"
    DELTA = "delta"
    ABSENT = "absent"


@dataclass(frozen=True)
class Manifest:
    """`modes` has the files that the manifest speaks of, by their exact name."""

    version: str | None
    modes: dict[str, Mode] = field(default_factory=dict)


def read_manifest(rows: Sequence[tuple[int, Sequence[str]]], log: ProblemLog) -> Manifest:
    """Read the manifest's rows, each a line number and its cells: header first, any order and case.

    Raises:
        BadBundle: the file is no manifest.
    """
    header = [cell.strip().lower() for cell in rows[0][1]] if rows else []
    if header[:1] != ["propertyname"] or not _VALUE_HEADERS.intersection(header[1:]):
        raise BadBundle(
            "manifest.csv must begin with the line propertyName,value."
            " Ask the SIS for a OneRoster 1.1 export.",
            kind="bad_manifest",
            file=MANIFEST,
            line=1,
        )
    at = next(place for place, cell in enumerate(header) if cell in _VALUE_HEADERS)
    if header[at] != "value":
        log.add(_oddity("manifest_header", line=1, expected="propertyName,value"))
    canonical = {f"file.{name.removesuffix('.csv').lower()}": name for name in FILES}
    version: str | None = None
    modes: dict[str, Mode] = {}
    for line, cells in rows[1:]:
        key = cells[0].strip().lower()
        value = cells[at].strip() if at < len(cells) else ""
        if key == "oneroster.version":
            version = value or None
        elif key in canonical and value.lower() in set(Mode):
            modes[canonical[key]] = Mode(value.lower())
        elif key.startswith("file.") and key not in _NOT_FILES:
            log.add(_oddity("manifest_value", line=line, expected="absent, bulk or delta"))
    return Manifest(version, modes)


def settle_modes(manifest: Manifest, names: frozenset[str], log: ProblemLog) -> dict[str, Mode]:
    """Decide how each file is meant, where manifest and bundle agree and where they do not.

    The manifest wins (T-38), and every disagreement is reported. `names` are the lower-cased names
    of the files that are there.

    Raises:
        BadBundle: a file we cannot do without is announced and missing, or nobody says whether it
            is the whole list: taken for one, it could remove every student it does not mention.
    """
    return {file: _settle(file, manifest, file.lower() in names, log) for file in FILES}


def _settle(file: str, manifest: Manifest, is_there: bool, log: ProblemLog) -> Mode:  # noqa: FBT001 - a fact, not a switch
    mode = manifest.modes.get(file)
    essential = file in ESSENTIAL_FILES
    severity = "error" if essential else "warning"
    if mode is None:
        if essential and is_there:
            raise BadBundle(
                f"manifest.csv does not say whether {file} is the whole list (bulk) or only"
                " changes (delta). Ask the SIS to fill in the manifest.",
                kind="mode_unknown",
                file=MANIFEST,
            )
        log.add(_oddity("manifest_row_missing", line=1, expected=f"a row for {file}"))
        return Mode.ABSENT
    if mode is Mode.ABSENT and is_there:
        expected = f"{file} announced as bulk or delta, or left out"
        log.add(_oddity("present_but_absent", line=1, expected=expected, severity=severity))
    if mode is not Mode.ABSENT and not is_there:
        if essential:
            raise BadBundle(
                f"The manifest announces {file}, and it is not in the bundle."
                " Export and send the bundle again.",
                kind="missing_file",
                file=file,
            )
        log.add(_oddity("announced_but_missing", line=1, expected=file))
    return mode


def _oddity(kind: str, *, line: int, expected: str, severity: str = "warning") -> Problem:
    return Problem(
        kind=kind,
        collection="manifest",
        position=line,
        severity=severity,
        expected=expected,
        file=MANIFEST,
    )

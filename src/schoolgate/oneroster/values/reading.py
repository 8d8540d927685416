"""One record while it is read: where it is, and where its warnings go."""

from dataclasses import dataclass

import msgspec

from schoolgate.oneroster.records import Problem, ProblemLog

# What a JSON decoder raises for bytes that are no JSON, RecursionError for nesting without end.
BAD_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Unusable(Exception):
    """The record cannot be read. Becomes a `Problem`; never leaves the library."""

    def __init__(self, kind: str, field: str | None, expected: str) -> None:
        super().__init__(kind)
        self.kind = kind
        self.field = field
        self.expected = expected


@dataclass(slots=True)
class Reading:
    """`from_csv` is True where text is the binding's own way to write booleans and references."""

    collection: str
    position: int
    log: ProblemLog
    file: str | None = None
    sourced_id: str | None = None

    @property
    def from_csv(self) -> bool:
        return self.file is not None

    def warn(self, kind: str, field: str, expected: str) -> None:
        """Count a value that was coerced, dropped or looks wrong. The value itself is not kept."""
        self.log.add(self._problem(kind, field, expected, "warning"))

    def fail(self, unusable: Unusable) -> Problem:
        """Count the record as unreadable, and say so."""
        problem = self._problem(unusable.kind, unusable.field, unusable.expected, "error")
        self.log.add(problem)
        return problem

    def _problem(self, kind: str, field: str | None, expected: str, severity: str) -> Problem:
        return Problem(
            kind=kind,
            collection=self.collection,
            position=self.position,
            severity=severity,
            sourced_id=self.sourced_id,
            field=field,
            expected=expected,
            file=self.file,
        )

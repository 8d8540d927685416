"""How every command ends: an exit code, one JSON object for scripts, a text for people.

The exit codes are a stable interface: 0 well, 2 bad input or usage, 3 held or not ready, 4 the
source failed or its pull is not complete.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from schoolgate.oneroster.errors import BadInput, OneRosterError


class Exit(IntEnum):
    WELL = 0
    BAD_INPUT = 2
    NOT_READY = 3
    SOURCE_FAILED = 4


@dataclass(frozen=True)
class Outcome:
    """`answer` is printed with --json, `text` without; `complaint` goes to standard error."""

    answer: dict[str, Any]
    text: str = ""
    exit: Exit = Exit.WELL
    complaint: str = ""
    # For output too long to hold: printed line by line instead of `text`.
    lines: Iterable[str] = field(default=())


@dataclass
class Refused(Exception):
    """A command that cannot go on: one sentence, and what scripts need to know of it."""

    message: str
    exit: Exit = Exit.BAD_INPUT
    kind: str = "bad_input"
    retry_helps: bool = False
    answer: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message

    def outcome(self) -> Outcome:
        error = {"kind": self.kind, "message": self.message, "retry_helps": self.retry_helps}
        return Outcome({**self.answer, "error": error}, exit=self.exit, complaint=self.message)


def refused_by_source(error: OneRosterError, **answer: Any) -> Refused:
    """Turn an error of the OneRoster library into the end of a command."""
    exit_code = Exit.BAD_INPUT if isinstance(error, BadInput) else Exit.SOURCE_FAILED
    kind = "".join("_" + c.lower() if c.isupper() else c for c in type(error).__name__).lstrip("_")
    return Refused(
        str(error),
        exit=exit_code,
        kind=kind,
        retry_helps=error.retry_helps,
        answer=dict(answer),
    )

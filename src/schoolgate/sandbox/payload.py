"""What the provider says besides records: the standard's status payload (OneRoster 1.1, 1.4)."""

from dataclasses import dataclass
from typing import Any


@dataclass
class Fault(Exception):
    """A request that is answered with an error."""

    status: int
    code_minor: str
    description: str
    headers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.description

    @property
    def payload(self) -> dict[str, Any]:
        said = _status_of("failure", "error", self.code_minor, self.description)
        return {"statusInfoSet": [said]}


def unknown_object(description: str) -> Fault:
    return Fault(404, "unknown object", description)


def invalid(description: str) -> Fault:
    return Fault(400, "invalid data", description)


def warning(code_minor: str, description: str) -> dict[str, Any]:
    """Say what rides beside the records of an answer that is otherwise good."""
    return _status_of("success", "warning", code_minor, description)


def _status_of(major: str, severity: str, minor: str, description: str) -> dict[str, Any]:
    return {
        "imsx_codeMajor": major,
        "imsx_severity": severity,
        "imsx_messageRefIdentifier": "",
        "imsx_operationRefIdentifier": "",
        "imsx_description": description,
        "imsx_codeMinor": minor,
    }

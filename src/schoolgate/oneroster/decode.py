"""Wire values into records: tolerant in what is read, explicit in what is reported.

`decode_json` reads one JSON object's bytes: first msgspec's strict typed decoder, and only when that
refuses the tolerant one. `decode_fields` is the tolerant one, for anything already split into
fields named as on the wire (the CSV reader uses it).
"""

from collections.abc import Mapping
from typing import TypeVar

from schoolgate.oneroster.records import Problem, ProblemLog, Record

T = TypeVar("T", bound=Record)


def decode_json(
    kind: type[T], data: bytes, *, collection: str, position: int, log: ProblemLog
) -> T | Problem:
    """Read one JSON object. Counts what it had to coerce, and what it could not read, in `log`."""
    raise NotImplementedError


def decode_fields(
    kind: type[T],
    fields: Mapping[str, object],
    *,
    collection: str,
    position: int,
    log: ProblemLog,
    file: str | None = None,
) -> T | Problem:
    """Read one record already split into fields named as on the wire."""
    raise NotImplementedError

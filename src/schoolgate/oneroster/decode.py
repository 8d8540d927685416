"""Wire values into records: tolerant in what is read, explicit in what is reported.

`decode_json` reads one JSON object's bytes: first by msgspec's strict typed decoder, and only when
that refuses by the tolerant one. `decode_fields` is the tolerant one, for anything already split
into fields named as on the wire (the CSV reader uses it). Both end in the same checks, so that a
record means the same whichever way it came.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Generic, TypeVar, get_type_hints

import msgspec

from schoolgate.oneroster.records import (
    Class,
    Problem,
    ProblemLog,
    Record,
    Ref,
    Status,
    User,
    UserId,
)
from schoolgate.oneroster.values import coerce
from schoolgate.oneroster.values.moments import is_day, looks_usual, parse_day, parse_moment
from schoolgate.oneroster.values.reading import BAD_JSON, Reading, Unusable
from schoolgate.oneroster.values.vocabulary import GRADES, WORDS, recognise

T = TypeVar("T", bound=Record)

_COERCIONS: dict[object, coerce.Coercion] = {
    str: coerce.required_text,
    str | None: coerce.text,
    bool | None: coerce.boolean,
    Status: coerce.status,
    Ref: coerce.required_reference,
    Ref | None: coerce.reference,
    tuple[Ref, ...]: coerce.references,
    tuple[str, ...]: coerce.texts,
    tuple[UserId, ...]: coerce.user_ids,
    dict[str, Any]: coerce.metadata,
}
_DAYS = ("start_date", "end_date", "begin_date", "birth_date")


class _Secret(msgspec.Struct):
    password: Any = None


_secret_decoder = msgspec.json.Decoder(_Secret)
_any_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


class _Shape(Generic[T]):
    """What there is to know of one kind of record, worked out once."""

    def __init__(self, kind: type[T]) -> None:
        hints = get_type_hints(kind)
        fields = msgspec.structs.fields(kind)
        no_words: tuple[str, frozenset[str]] = ("", frozenset())
        self.word_on_wire, self.words = WORDS.get(kind, no_words)
        self.word = next((f.name for f in fields if f.encode_name == self.word_on_wire), None)
        self.days = [(f.name, f.encode_name) for f in fields if f.name in _DAYS]
        self.graded = any(f.name == "grades" for f in fields)
        self.boolean = next((f.encode_name for f in fields if hints[f.name] == bool | None), "")
        self.strict: msgspec.json.Decoder[T] = msgspec.json.Decoder(kind)
        self.lax: msgspec.json.Decoder[T] = msgspec.json.Decoder(kind, strict=False)
        self.coercions = [
            (f.name, f.encode_name, _COERCIONS[hints[f.name]])
            for f in fields
            if f.name != "sourced_id"
        ]
        # What cannot be left out is asked for even where nothing came.
        self.required = {f.encode_name for f in fields if f.required}

    def is_plain(self, record: Record) -> bool:
        """Whether there is nothing to say about a record. Every record is asked: keep it cheap."""
        changed = record.date_last_modified
        return (
            record.sourced_id.strip() is record.sourced_id
            and record.status is not Status.INACTIVE
            and (changed is None or looks_usual(changed))
            and (self.word is None or getattr(record, self.word) in self.words)
            and not (self.graded and record.grades and not GRADES.issuperset(record.grades))  # type: ignore[attr-defined]
            and not self.days
        )


@cache
def _shape(kind: type[T]) -> _Shape[T]:
    return _Shape(kind)


def decode_json(
    kind: type[T], data: bytes, *, collection: str, position: int, log: ProblemLog
) -> T | Problem:
    """Read one JSON object. Counts what it had to coerce, and what it could not read, in `log`."""
    shape: _Shape[T] = _shape(kind)
    try:
        record = shape.strict.decode(data)
    except BAD_JSON:
        return _decode_laxly(shape, kind, data, Reading(collection, position, log))
    # Asking for the bytes first is twenty times cheaper than parsing the record again.
    if shape.is_plain(record) and b'"password"' not in data:
        return record
    return _finish(shape, record, data, Reading(collection, position, log))


def decode_fields(  # noqa: PLR0913 (the seam both bindings share)
    kind: type[T],
    fields: Mapping[str, object],
    *,
    collection: str,
    position: int,
    log: ProblemLog,
    file: str | None = None,
) -> T | Problem:
    """Read one record already split into fields named as on the wire.

    `file` says that it is a CSV record. There the words `true` and `false`, an id in place of a
    reference and a comma-separated text in place of a list are how the standard writes them, and
    are not counted. References are under their JSON names: `orgs`, `agents`, `user`, `parent`, ...
    """
    reading = Reading(collection, position, log, file)
    shape: _Shape[T] = _shape(kind)
    try:
        return _check(shape, _read(shape, kind, fields, reading), reading)
    except Unusable as unusable:
        return reading.fail(unusable)


def _decode_laxly(shape: _Shape[T], kind: type[T], data: bytes, reading: Reading) -> T | Problem:
    """Read an object that is fine but for its boolean: ClassLink spells every one as text."""
    if not shape.boolean:
        return _decode_tolerantly(shape, kind, data, reading)
    try:
        record = shape.lax.decode(data)
    except BAD_JSON:
        return _decode_tolerantly(shape, kind, data, reading)
    reading.sourced_id = record.sourced_id
    reading.warn("boolean_as_text", shape.boolean, "true or false")
    return _finish(shape, record, data, reading)


def _finish(shape: _Shape[T], record: T, data: bytes, reading: Reading) -> T | Problem:
    reading.sourced_id = record.sourced_id
    if b'"password"' in data and _secret_decoder.decode(data).password:
        _count_secret(reading)
    return _check(shape, record, reading)


def _decode_tolerantly(
    shape: _Shape[T], kind: type[T], data: bytes, reading: Reading
) -> T | Problem:
    try:
        fields = _any_decoder.decode(data)
    except BAD_JSON:
        return reading.fail(Unusable("unreadable", None, "valid JSON"))
    if not isinstance(fields, dict):
        return reading.fail(Unusable("not_an_object", None, "an object"))
    try:
        return _check(shape, _read(shape, kind, fields, reading), reading)
    except Unusable as unusable:
        return reading.fail(unusable)


def _read(shape: _Shape[T], kind: type[T], fields: Mapping[str, object], reading: Reading) -> T:
    sourced_id = _sourced_id(fields.get("sourcedId"), reading)
    reading.sourced_id = sourced_id
    if kind is User and "roles" in fields and not fields.get("role"):
        raise Unusable("version_1_2_shape", "role", "one role, as OneRoster 1.1 has it")
    values = {
        name: coercion(fields.get(wire_name), wire_name, reading)
        for name, wire_name, coercion in shape.coercions
        if wire_name in fields or wire_name in shape.required
    }
    if fields.get("password"):
        _count_secret(reading)
    return kind(sourced_id=sourced_id, **values)


def _sourced_id(value: object, reading: Reading) -> str:
    # A fraction has no one spelling: 1.0 and 1 could be one person or two.
    found = None if isinstance(value, float) else coerce.text(value, "sourcedId", reading)
    if found is None:
        raise Unusable("missing_id", "sourcedId", "an id, not empty")
    return found


def _count_secret(reading: Reading) -> None:
    reading.warn("over_shared", "password", "no password at all")


def _check(shape: _Shape[T], record: T, reading: Reading) -> T | Problem:
    """Look at what types cannot say: ids, words from closed lists, grades and dates."""
    sourced_id = record.sourced_id
    if sourced_id.isspace():
        reading.sourced_id = None
        return reading.fail(Unusable("missing_id", "sourcedId", "an id, not empty"))
    reading.sourced_id = sourced_id
    if sourced_id.strip() != sourced_id:
        # Opaque: kept as it came, since trimming might join two people (T-10).
        reading.warn("space_around_id", "sourcedId", "no surrounding space")
    if record.status is Status.INACTIVE:
        reading.warn("inactive_status", "status", Status.TO_BE_DELETED)
    changed = record.date_last_modified
    if changed is not None and not looks_usual(changed):
        _check_moment(changed, reading)
    if isinstance(record, (User, Class)) and not GRADES.issuperset(record.grades):
        reading.warn("unknown_grade", "grades", "a CEDS grade level")
    changes = _word_change(shape, record, reading) | _day_changes(shape, record, reading)
    return msgspec.structs.replace(record, **changes) if changes else record


def _check_moment(changed: str, reading: Reading) -> None:
    moment = parse_moment(changed)
    if moment is None:
        reading.warn("moment_not_understood", "dateLastModified", "an ISO 8601 dateTime")
    elif moment.zone_assumed:
        reading.warn("moment_without_zone", "dateLastModified", "an ISO 8601 dateTime in UTC")


def _word_change(shape: _Shape[T], record: T, reading: Reading) -> dict[str, str | None]:
    word = None if shape.word is None else getattr(record, shape.word)
    if shape.word is None or word is None or word in shape.words:
        return {}
    spelled, known = recognise(word, shape.words)
    if known:
        reading.warn("enum_case", shape.word_on_wire, spelled)
    else:
        # Kept: an unknown role is an adult we know nothing of, never a guardian (T-24).
        reading.warn(f"unknown_{shape.word}", shape.word_on_wire, "a word of the standard's list")
    return {shape.word: spelled}


def _day_changes(shape: _Shape[T], record: T, reading: Reading) -> dict[str, str | None]:
    changes: dict[str, str | None] = {}
    for name, wire_name in shape.days:
        day = getattr(record, name)
        if day is None or is_day(day):
            continue
        changes[name] = parse_day(day)
        kind = "day_not_understood" if changes[name] is None else "day_irregular"
        reading.warn(kind, wire_name, "YYYY-MM-DD")
    return changes

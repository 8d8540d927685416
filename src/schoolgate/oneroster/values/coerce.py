"""The tolerant reader of one value: what the standard means by whatever the provider wrote.

Each function takes a value, the field's name on the wire and the `Reading`, and counts a warning
for every coercion. `null`, an empty string and an absent field are alike and count nothing (T-10).
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from schoolgate.oneroster.records import Ref, Status, UserId
from schoolgate.oneroster.values.reading import BAD_JSON, Reading, Unusable
from schoolgate.oneroster.values.vocabulary import FALSE_WORDS, STATUSES, TRUE_WORDS

Coercion = Callable[[object, str, Reading], Any]


def text(value: object, field: str, reading: Reading) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        reading.warn("number_as_text", field, "text")
        return str(value)
    reading.warn("text_not_understood", field, "text")
    return None


def required_text(value: object, field: str, reading: Reading) -> str:
    found = text(value, field, reading)
    if found is None:
        raise Unusable("missing_field", field, "text, not empty")
    return found


def boolean(value: object, field: str, reading: Reading) -> bool | None:
    if value is None or value == "" or isinstance(value, bool):
        return None if value == "" else value  # type: ignore[return-value]
    word = str(value).strip().casefold() if isinstance(value, (str, int)) else ""
    if word not in TRUE_WORDS | FALSE_WORDS:
        reading.warn("boolean_not_understood", field, "true or false")
        return None
    # In CSV the words true and false are the standard's own; in JSON they are T-9.
    if not (reading.from_csv and value in {"true", "false"}):
        reading.warn("boolean_as_text", field, "true or false")
    return word in TRUE_WORDS


def status(value: object, field: str, reading: Reading) -> Status:
    word = text(value, field, reading)
    if word is None:
        return Status.ACTIVE
    found = STATUSES.get(word.strip().casefold())
    if found is None:
        # Read as active it might keep an adult who must go, read as deleted it might lose a child.
        raise Unusable("unknown_status", field, "active or tobedeleted")
    if word != found:
        reading.warn("enum_case", field, found)
    return found


def reference(value: object, field: str, reading: Reading) -> Ref | None:
    if value is None or value in ("", {}):
        return None
    if isinstance(value, Mapping):
        sourced_id = text(value.get("sourcedId"), f"{field}.sourcedId", reading)
        kind, href = value.get("type"), value.get("href")
        if sourced_id is not None:
            return Ref(
                sourced_id=sourced_id,
                type=kind if isinstance(kind, str) and kind else None,
                href=href if isinstance(href, str) and href else None,
            )
    elif isinstance(value, (str, int)) and not isinstance(value, bool):
        if not reading.from_csv:
            reading.warn("reference_as_text", field, "an object with sourcedId")
        return Ref(sourced_id=str(value))
    # Invalid is not missing: a relationship must not end because its reference is unreadable.
    raise Unusable("reference_not_understood", field, "an object with sourcedId")


def required_reference(value: object, field: str, reading: Reading) -> Ref:
    found = reference(value, field, reading)
    if found is None:
        raise Unusable("missing_field", field, "a reference")
    return found


def _items(value: object, field: str, reading: Reading) -> list[object]:
    if value is None or value == "":
        return []
    if isinstance(value, (list, tuple)):
        return list(value)
    if reading.from_csv and isinstance(value, str):
        return [item.strip() for item in value.split(",")]
    reading.warn("single_value_for_list", field, "a list")
    return [value]


def references(value: object, field: str, reading: Reading) -> tuple[Ref, ...]:
    if reading.from_csv and isinstance(value, str):
        ids = (item.strip() for item in value.split(","))
        return tuple([Ref(sourced_id=item) for item in ids if item])
    found = (reference(item, field, reading) for item in _items(value, field, reading))
    return tuple(ref for ref in found if ref is not None)


def texts(value: object, field: str, reading: Reading) -> tuple[str, ...]:
    found = (text(item, field, reading) for item in _items(value, field, reading))
    return tuple(item for item in found if item is not None)


def user_ids(value: object, field: str, reading: Reading) -> tuple[UserId, ...]:
    found = []
    for item in _items(value, field, reading):
        if isinstance(item, Mapping):
            identifier = text(item.get("identifier"), f"{field}.identifier", reading)
            kind = text(item.get("type"), f"{field}.type", reading)
        else:
            identifier, kind = text(item, field, reading), None
        if identifier is not None:
            found.append(UserId(identifier=identifier, type=kind))
    return tuple(found)


def metadata(value: object, field: str, reading: Reading) -> dict[str, Any]:
    if value is None or value == "":
        return {}
    if isinstance(value, str):
        # One provider writes its metadata as JSON inside a string (T-37).
        try:
            value = msgspec.json.decode(value)
        except BAD_JSON:
            value = None
        else:
            reading.warn("metadata_as_text", field, "an object")
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    reading.warn("metadata_not_understood", field, "an object")
    return {}

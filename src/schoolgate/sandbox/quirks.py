"""What real SIS products do, as switches. One table; the command's help prints it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Quirks = Mapping[str, float]


@dataclass(frozen=True)
class Quirk:
    """A switch of the sandbox. `value` names what may or must follow the `=`.

    `odd` quirks look strange and mean the same: a good reader gets the same roster with them.
    """

    name: str
    says: str
    value: str = ""
    default: float | None = 1.0
    odd: bool = False


_ALL = (
    Quirk("page_cap", "no page is longer than ROWS, whatever is asked", "ROWS", None, odd=True),
    Quirk("latency", "every page takes SECONDS", "SECONDS", None, odd=True),
    Quirk("flaky_429", "every N-th request is answered 429", "N", None, odd=True),
    Quirk("flaky_503", "every N-th request is answered 503", "N", None, odd=True),
    Quirk("retry_after", "a 429 or 503 says Retry-After: SECONDS", "SECONDS", 0.0, odd=True),
    Quirk("drop_connection", "every N-th request gets no answer at all", "N", None, odd=True),
    Quirk("no_total", "no X-Total-Count", odd=True),
    Quirk("no_link", "no Link", odd=True),
    Quirk("wrong_total", "X-Total-Count is ROWS too high", "ROWS", 25.0),
    Quirk("moving_total", "X-Total-Count grows with every page"),
    Quirk("shifting_pages", "while /users is first read, its first record moves to the end"),
    Quirk("ignores_offset", "every page is the first page"),
    Quirk("ignores_limit", "every page has ROWS rows, whatever is asked", "ROWS", 100.0, odd=True),
    Quirk("loop_link", "next points at the page itself", odd=True),
    Quirk("hostless_links", "links are paths without a host", odd=True),
    Quirk("foreign_links", "links point at another host", odd=True),
    Quirk("agents_student_side", "only students list agents", odd=True),
    Quirk("agents_adult_side", "only adults list agents", odd=True),
    Quirk("string_booleans", 'true is "true"', odd=True),
    Quirk("refs_as_strings", "a reference is a bare id", odd=True),
    Quirk("empty_as_204", "an empty page is a 204", odd=True),
    Quirk("html_200", "page N is a web page with status 200; 0: all pages", "N", 0.0),
    Quirk("truncated_page", "page N breaks off in the middle; 0: all pages", "N", 0.0),
    Quirk("broken_json", "page N is no JSON; 0: all pages", "N", 0.0),
    Quirk("page_fails", "page N is always a 500", "N", None),
    Quirk("bad_record", "the N-th user cannot be read", "N", 5.0),
    Quirk("missing_ids", "one record in N has no sourcedId", "N", 50.0),
    Quirk("wrong_envelope", "the records are under `data`"),
    Quirk("envelope_students_key", "users are under `students`", odd=True),
    Quirk("extra_top_level", "a statusInfoSet rides beside the records", odd=True),
    Quirk("role_case", "roles are capitalised", odd=True),
    Quirk("unknown_roles", "teachers have a role that the standard does not know", odd=True),
    Quirk("inactive_status", "tobedeleted is `inactive`", odd=True),
    Quirk("null_fields", "what is not known is null", odd=True),
    Quirk("metadata_string", "metadata is a text that holds JSON", odd=True),
    Quirk("one_two_shape", "users have the shape of OneRoster 1.2"),
    Quirk("cookie_required", "the cookie of the first answer must come back; for one client only"),
    Quirk("redirect_elsewhere", "every read is redirected to another host"),
    Quirk("no_sort", "sort is answered 400", odd=True),
    Quirk("ignores_filter", "whatever filter is asked for, everything comes", odd=True),
    Quirk("refuses_filter", "filter is answered 400", odd=True),
    Quirk("filter_keeps_total", "X-Total-Count counts everything, filtered or not", odd=True),
    Quirk("constant_dates", "every dateLastModified is the same", odd=True),
    Quirk("days_as_dates", "every dateLastModified is a day without a time", odd=True),
    Quirk("zoneless_dates", "no dateLastModified says its zone", odd=True),
    Quirk("no_dates", "no record has a dateLastModified", odd=True),
    Quirk("unauthorized_second", "a token is good for N requests", "N", 1.0),
    Quirk("omit_guardians", "neither guardians nor agents are shown"),
    Quirk("shrink", "only this SHARE of the users is there, and the total agrees", "SHARE", 0.5),
    Quirk("new_ids", "every sourcedId is another one"),
)
TABLE = {quirk.name: quirk for quirk in _ALL}


def read_quirks(said: Iterable[str]) -> dict[str, float]:
    """Read `page_cap=500`, `no_total`, ...

    Raises:
        ValueError: no such quirk, or a value that is missing or no number.
    """
    return dict(_read(word) for word in said)


def checked(quirks: Quirks) -> dict[str, float]:
    """Refuse quirks that the table does not have.

    Raises:
        ValueError: no such quirk, or a value below 0.
    """
    for name, value in quirks.items():
        if name not in TABLE:
            raise ValueError(f"there is no quirk {name}")
        if value < 0:
            raise ValueError(f"quirk {name}: the value must not be negative")
    return {name: float(value) for name, value in quirks.items()}


def table_text() -> str:
    """Write the table for people. A star marks what a good reader must get over."""
    names = {q.name: q.name + (f"={q.value}" if q.value else "") for q in _ALL}
    width = max(map(len, names.values()))
    return "\n".join(f"  {names[q.name]:{width}} {'*' if q.odd else ' '} {q.says}" for q in _ALL)


def _read(word: str) -> tuple[str, float]:
    name, given, value = word.partition("=")
    if name not in TABLE:
        raise ValueError(f"there is no quirk {name}")
    quirk = TABLE[name]
    if not given and quirk.default is not None:
        return name, quirk.default
    try:
        number = float(value)
    except ValueError:
        raise ValueError(f"quirk {name} needs a number: {name}={quirk.value or 'N'}") from None
    return name, checked({name: number})[name]

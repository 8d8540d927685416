"""One answer of a collection, taken apart: its records unparsed, its total, its next link."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import msgspec

from schoolgate.oneroster.errors import BrokenAnswer, NotOneRoster
from schoolgate.oneroster.rest.addresses import origin
from schoolgate.oneroster.rest.answers import error_word
from schoolgate.oneroster.rest.transport import Answer
from schoolgate.oneroster.values.reading import BAD_JSON

# Each collection under every key it has been seen under: the path's own word, the word of the view,
# the single one (T-8; sis.md, quirk 13).
KEYS: dict[str, tuple[str, ...]] = {
    "orgs": ("orgs", "schools", "org", "school"),
    "users": ("users", "students", "teachers", "user", "student"),
    "enrollments": ("enrollments", "enrollment"),
    "classes": ("classes", "class"),
    "academicSessions": (
        "academicSessions",
        "terms",
        "gradingPeriods",
        "academicSession",
        "term",
        "gradingPeriod",
    ),
    "demographics": ("demographics", "demographic"),
}
_NO_CONTENT = 204
_NUMBER = re.compile(r"\d{1,15}", re.ASCII)
_LINK = re.compile(r"<([^<>]*)>([^<,]*)")
_REL = re.compile(r";\s*rel\s*=\s*\"?([\w\s-]*)\"?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """`rows` are the records as they came. `cursor` is a next link that only the source can read.

    A next link that merely counts on is not a cursor: offsets are counted by records received.
    """

    rows: Sequence[msgspec.Raw]
    total: int | None = None
    cursor: str | None = None
    last_offset: int | None = None
    foreign_link: bool = False

    def digest(self) -> bytes:
        """Fingerprint of the records, to notice a page that comes again."""
        sum_ = blake2b(digest_size=16)
        for row in self.rows:
            sum_.update(row)
            sum_.update(b"\n")
        return sum_.digest()


def read_page(answer: Answer, resource: str) -> Page:
    """Take a successful answer apart. 204 is an empty page (T-5).

    Raises:
        NotOneRoster: a web page, another envelope, a bare list (T-6).
        BrokenAnswer: JSON that ends in the middle.
    """
    rows: Sequence[msgspec.Raw] = []
    if answer.status != _NO_CONTENT:
        rows = rows_of(answer, resource)
    links = parse_links(answer.headers.get("link", ""))
    cursor, foreign = _cursor(answer.url, links.get("next"))
    return Page(
        rows=rows,
        total=_count(answer.headers.get("x-total-count")),
        cursor=cursor,
        last_offset=_offset(links.get("last", "")),
        foreign_link=foreign,
    )


@cache
def _envelope(resource: str) -> msgspec.json.Decoder[Any]:
    fields = [
        (f"key{n}", list[msgspec.Raw] | None, msgspec.field(default=None, name=key))
        for n, key in enumerate(KEYS[resource])
    ]
    return msgspec.json.Decoder(msgspec.defstruct("Envelope", fields))


_any_envelope = msgspec.json.Decoder(dict[str, msgspec.Raw])


def rows_of(answer: Answer, resource: str) -> Sequence[msgspec.Raw]:
    """Find the records under their key, without parsing them. Other keys may be beside it (T-7)."""
    body = answer.body.removeprefix(b"\xef\xbb\xbf")
    try:
        envelope = _envelope(resource).decode(body)
    except BAD_JSON:
        return _unusual_rows(answer, body, resource)
    for rows in msgspec.structs.astuple(envelope):
        if rows is not None:
            found: list[msgspec.Raw] = rows
            return found
    raise _wrong_envelope(body, resource)


def _unusual_rows(answer: Answer, body: bytes, resource: str) -> Sequence[msgspec.Raw]:
    """Read a lone record where a list should be, or say what the answer is instead."""
    kind = answer.headers.get("content-type", "")
    if body.lstrip()[:1] == b"<" or "html" in kind:
        raise NotOneRoster(
            "The source answered with a web page, probably a sign-in page: check the base URL.",
            status=answer.status,
        )
    try:
        envelope = _any_envelope.decode(body)
    except msgspec.ValidationError as error:
        raise _wrong_envelope(body, resource) from error
    except BAD_JSON as error:
        raise BrokenAnswer(
            f"The answer for {resource} is not complete JSON: it broke off on its way, or the "
            "source fails while it writes it.",
            status=answer.status,
        ) from error
    for key in KEYS[resource]:
        if bytes(envelope.get(key, b""))[:1] == b"{":
            return [envelope[key]]
    raise _wrong_envelope(body, resource)


def _wrong_envelope(body: bytes, resource: str) -> NotOneRoster:
    word = error_word(body)
    said = f" It says: {word}." if word else ""
    return NotOneRoster(
        f"The source answered well, but without a list of `{resource}`: that is not OneRoster 1.1."
        f"{said} Nothing is concluded from it; check the base URL, or ask the SIS."
    )


def parse_links(header: str) -> dict[str, str]:
    """Read a Link header (RFC 8288): relation to address. Stray commas do no harm."""
    links: dict[str, str] = {}
    for match in _LINK.finditer(header):
        relation = _REL.search(match[2])
        for word in (relation[1] if relation else "").split():
            links.setdefault(word.lower(), match[1].strip())
    return links


def _offset(url: str) -> int | None:
    try:
        values = parse_qs(urlsplit(url).query).get("offset", [])
    except ValueError:
        return None
    return _count(values[0]) if values else None


def _cursor(asked: str, link: str | None) -> tuple[str | None, bool]:
    """Tell a cursor from a counted offset, and whether it leads to another server.

    A link of another server is never followed; some proxies write their inner host into it.
    """
    if not link:
        return None, False
    try:
        target = urljoin(asked, link)
        if origin(target) != origin(asked):
            return None, True
    except ValueError:
        return None, True
    return (None if _offset(target) is not None else target), False


def _count(text: str | None) -> int | None:
    return int(text) if text and _NUMBER.fullmatch(text.strip()) else None

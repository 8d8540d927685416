"""A driver licence's barcode, as a scanner types it: name, birth date, and nothing else of it.

AAMVA DL/ID Card Design Standard, annex D: a header that begins with `@`, the letters `ANSI `, and
elements of three letters and a value, one to a line. Versions differ in where the names stand.
Number, address, sex and height are never read.
"""

import re
from dataclasses import dataclass
from datetime import date

HEADER = re.compile(r"^@?[\s\x1c-\x1f]*(ANSI |AAMVA)")
# The first element stands behind the directory of the subfiles: "...02DL00410288DLDCSRIVERA".
FIRST = re.compile(r"(?:^|\d)(?:DL|ID)(D[A-D][A-Z].*)$")
ELEMENT = re.compile(r"^(D[A-D][A-Z])(.*)$")
# Family, given and middle name, suffix: by version of the standard, the newest first.
FAMILY, GIVEN, MIDDLE, SUFFIX = ("DCS", "DAB"), ("DAC", "DCT"), ("DAD",), ("DCU", "DAE")
# The whole name of very old cards: "RIVERA,ROBERT,LUIS".
WHOLE = "DAA"
BORN, ENDS, COUNTRY = "DBB", "DBA", "DCG"
CUT_SHORT = ("DDE", "DDF", "DDG")
# Month and day read as a year come out as 0309: no year of anybody's birth.
FIRST_YEAR = 1900
READ = frozenset({*FAMILY, *GIVEN, *MIDDLE, *SUFFIX, WHOLE, BORN, ENDS, COUNTRY, *CUT_SHORT})
NOTHING = frozenset({"", "NONE", "UNAVL"})


class NotALicence(Exception):
    """What was scanned is no driver licence that can be read; the sentence says what to do."""


@dataclass(frozen=True, kw_only=True)
class Licence:
    """What the desk needs of a licence. `cut_short`: a part of the name did not fit on the card."""

    given: str
    middle: str = ""
    family: str
    suffix: str = ""
    born_on: date | None = None
    ends_on: date | None = None
    cut_short: bool = False

    @property
    def name(self) -> str:
        """ROBERT LUIS RIVERA JR: as on the ID."""
        return " ".join(filter(None, (self.given, self.middle, self.family, self.suffix)))


def read_licence(scanned: str) -> Licence:
    """Read what a scanner typed. Raises NotALicence."""
    if not HEADER.match(scanned.strip()):
        raise NotALicence("That was no driver licence. Type the name as on the ID.")
    found = _elements(scanned)
    given, middle, family = _names(found)
    if not family:
        raise NotALicence(
            "The licence was read without a name: the scanner may leave out the line breaks."
            " Type the name as on the ID."
        )
    is_canadian = found.get(COUNTRY) == "CAN"
    return Licence(
        given=given,
        middle=middle,
        family=family,
        suffix=_first(found, SUFFIX),
        born_on=_day(found.get(BORN, ""), year_first=is_canadian),
        ends_on=_day(found.get(ENDS, ""), year_first=is_canadian),
        cut_short=any(found.get(one) == "T" for one in CUT_SHORT),
    )


def _elements(scanned: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in re.split(r"[\r\n\x1c-\x1f]+", scanned):
        behind = FIRST.search(line.strip())
        element = ELEMENT.match(behind[1] if behind else line.strip())
        if element and element[1] in READ and element[1] not in found:
            found[element[1]] = element[2].strip()
    return found


def _names(found: dict[str, str]) -> tuple[str, str, str]:
    if whole := found.get(WHOLE):
        family, given, middle = (*re.split(r"\s*[,$]\s*", whole), "", "")[:3]
        return given, middle, family
    given, middle = _first(found, GIVEN), _first(found, MIDDLE)
    if "DAC" not in found and not middle:
        # Versions 2 and 3 keep all given names in one element.
        given, _, middle = given.replace(",", " ").partition(" ")
    return given, middle.strip(), _first(found, FAMILY)


def _first(found: dict[str, str], names: tuple[str, ...]) -> str:
    values = (found[name] for name in names if name in found)
    return next((value for value in values if value.upper() not in NOTHING), "")


def _day(text: str, *, year_first: bool) -> date | None:
    """MMDDYYYY in the United States, YYYYMMDD in Canada and on old cards. None: no such day."""
    if not re.fullmatch(r"\d{8}", text):
        return None
    month_first = (text[4:], text[:2], text[2:4])
    from_year = (text[:4], text[4:6], text[6:])
    for year, month, day in (from_year, month_first) if year_first else (month_first, from_year):
        try:
            found = date(int(year), int(month), int(day))
        except ValueError:
            continue
        if found.year >= FIRST_YEAR:
            return found
    return None

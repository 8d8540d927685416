"""A scan that came with a form: the name takes the place of what was typed, the rest is dropped."""

from django.http import QueryDict

from schoolgate.frontdesk.driver_licence import read_licence
from schoolgate.frontdesk.person_checks import Scan

# What a licence holds, and some: a barcode of this kind ends at 1.1 kB.
CHARACTERS_AT_MOST = 4_000


def scanned(posted: QueryDict) -> tuple[QueryDict, Scan | None]:
    """Give the form as if the name had been typed, without the scan. Raises NotALicence."""
    text = posted.get("scan", "")
    if not text:
        return posted, None
    licence = read_licence(text[:CHARACTERS_AT_MOST])
    named = posted.copy()
    del named["scan"]
    # Another adult: nobody has chosen a contact for her yet.
    for chosen in ("chosen", "kept"):
        named.pop(chosen, None)
    named["name"] = licence.name
    scan = Scan(born_on=licence.born_on, ends_on=licence.ends_on, cut_short=licence.cut_short)
    return named, scan

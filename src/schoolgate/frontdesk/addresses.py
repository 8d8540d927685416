"""Where a desk's pages are. No name and no search ever stands in an address."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from schoolgate.frontdesk.desk import Desk


def address(desk: Desk, page: str, **ids: Any) -> str:
    """Give the address of a page of this desk."""
    place = {"district": desk.school.district.slug, "school": desk.school.code}
    return reverse(f"frontdesk:{page}", kwargs={**place, **ids})


def with_chosen(desk: Desk, page: str, chosen: Iterable[int], done: Iterable[int] = ()) -> str:
    """Give it with the numbers of the students who are chosen, and of events just recorded."""
    ids = [("s", one) for one in dict.fromkeys(chosen)] + [("done", one) for one in done]
    return f"{address(desk, page)}?{urlencode(ids)}"

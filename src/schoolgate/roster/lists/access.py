"""Who may write on a school's own list: its clerks, and the district's administrators."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from schoolgate.districts.access import for_people, person
from schoolgate.districts.queries import schools_of

View = Callable[..., HttpResponse]


def for_school(view: View) -> View:
    """Let pass who works at the school of the address; to anybody else it is not there (404).

    The view gets the school, and works in its district's own time zone.
    """

    @wraps(view)
    def bounded(request: HttpRequest, *, district: str, school: str, **words: Any) -> HttpResponse:
        found = schools_of(person(request)).filter(district__slug=district, code=school).first()
        if found is None:
            raise Http404
        with timezone.override(ZoneInfo(found.district.timezone)):
            return view(request, found, **words)

    return for_people(bounded)

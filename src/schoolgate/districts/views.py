"""The start: everybody goes from here to where she works."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from schoolgate.accounts.models import User
from schoolgate.districts.access import for_people, person
from schoolgate.districts.queries import administered_by, desks_of
from schoolgate.web.htmx import render


@dataclass(frozen=True)
class Place:
    """Somewhere to work: a desk, a district, or support's list."""

    kind: str
    name: str
    district: str
    address: str


@require_safe
@for_people
def home(request: HttpRequest) -> HttpResponse:
    """Go to the one place where this person works, or let her choose among several."""
    places = _places_of(person(request))
    if len(places) == 1:
        return redirect(places[0].address)
    return render(request, "districts/home.html", {"places": places})


def _places_of(user: User) -> list[Place]:
    places = [
        Place("desk", school.name, school.district.name, _desk(school.district.slug, school.code))
        for school in desks_of(user)
    ]
    places += [
        Place("district", district.name, "", reverse("sync:overview", args=[district.slug]))
        for district in administered_by(user)
    ]
    if user.is_support:
        places.append(Place("support", "All districts", "", reverse("sync:districts")))
    return places


def _desk(district: str, school: str) -> str:
    return reverse("frontdesk:early_departure", args=[district, school])

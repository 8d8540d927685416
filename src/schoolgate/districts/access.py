"""Who may open which page of a district. Every view under /d/<district>/ asks here first.

A district that a person has nothing to do with does not exist for her (404); one that she works in
has pages that are not hers (403).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from schoolgate.accounts.models import User
from schoolgate.districts.models import District, Edition, Membership, Role

View = Callable[..., HttpResponse]


class Right(StrEnum):
    # Runs, freshness, settings in words; starting a sync.
    SEE_SYNCS = "see_syncs"
    # Sources, their credentials, the choice of schools.
    SET_UP = "set_up"
    # How often a source is read, and whether it is read by itself at all.
    SET_PACE = "set_pace"


RIGHTS_OF_SUPPORT = frozenset({Right.SEE_SYNCS, Right.SET_PACE})
RIGHTS_OF_ADMINISTRATOR = frozenset({Right.SEE_SYNCS, Right.SET_UP})


class NotTheirs(Exception):
    """No district of that name is this person's."""


@dataclass(frozen=True)
class Opened:
    """A district as one person has it open."""

    district: District
    person: User
    rights: frozenset[Right]

    @property
    def may_set_up(self) -> bool:
        return Right.SET_UP in self.rights

    @property
    def may_set_pace(self) -> bool:
        return Right.SET_PACE in self.rights

    @property
    def is_enterprise(self) -> bool:
        return self.district.edition == Edition.ENTERPRISE


def open_district(user: User, slug: str) -> Opened:
    """The district, and what this person may do in it.

    Raises:
        NotTheirs: when she neither works there nor is support, or there is no such district.
    """
    districts = District.objects.filter(slug=slug)
    if not user.is_support:
        districts = districts.filter(memberships__user=user)
    district = districts.first()
    if district is None:
        raise NotTheirs
    rights = RIGHTS_OF_SUPPORT if user.is_support else frozenset()
    if Membership.objects.filter(user=user, district=district, role=Role.DISTRICT_ADMIN).exists():
        rights |= RIGHTS_OF_ADMINISTRATOR
    return Opened(district, user, rights)


def person(request: HttpRequest) -> User:
    """Who is signed in. Only for views behind one of the decorators below."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def for_people(view: View) -> View:
    """Let any signed-in person pass; send everybody else to sign in."""

    @wraps(view)
    @never_cache
    def bounded(request: HttpRequest, **words: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, **words)

    return bounded


def for_support(view: View) -> View:
    """Let the vendor's support pass."""

    @wraps(view)
    def bounded(request: HttpRequest, **words: Any) -> HttpResponse:
        if not person(request).is_support:
            raise PermissionDenied
        return view(request, **words)

    return for_people(bounded)


def for_district(right: Right) -> Callable[[View], View]:
    """Let pass who has this right in the district of the address.

    The view gets the district `Opened`, and works in the district's own time zone.
    """

    def bound(view: View) -> View:
        @wraps(view)
        def bounded(request: HttpRequest, *, district: str, **words: Any) -> HttpResponse:
            try:
                opened = open_district(person(request), district)
            except NotTheirs:
                raise Http404 from None
            if right not in opened.rights:
                raise PermissionDenied
            with timezone.override(ZoneInfo(opened.district.timezone)):
                return view(request, opened, **words)

        return for_people(bounded)

    return bound

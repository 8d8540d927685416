"""Who may stand at this desk, asked before anything else."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from schoolgate.accounts.models import User
from schoolgate.districts.queries import schools_of
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.errands import Errand
from schoolgate.frontdesk.on_file import OnFile, look_up
from schoolgate.frontdesk.queries import enrolled_at
from schoolgate.frontdesk.verdicts import Finisher

P = ParamSpec("P")


def desk_page(
    clock: Callable[[], datetime],
) -> Callable[
    [Callable[Concatenate[HttpRequest, Desk, P], HttpResponse]], Callable[..., HttpResponse]
]:
    """Open a page to the people of this desk: the school's clerks, the district's administrators.

    To anybody else the school is not there (404); who is not signed in is asked to. The page gets
    the desk in the place of the slugs, and is never kept by a cache.
    """

    def decorate(
        view: Callable[Concatenate[HttpRequest, Desk, P], HttpResponse],
    ) -> Callable[..., HttpResponse]:
        @wraps(view)
        def page(request: HttpRequest, district: str, school: str, **ids: Any) -> HttpResponse:
            desk = desk_of(request.user, district, school, now=clock())
            return view(request, desk, **ids)  # type: ignore[call-arg]  # the ids of its address

        return never_cache(login_required(page))

    return decorate


def desk_of(user: User | AnonymousUser, district: str, code: str, *, now: datetime) -> Desk:
    """Find the desk at which this person works. Raises Http404."""
    if not isinstance(user, User):
        raise Http404
    school = schools_of(user).filter(district__slug=district, code=code).first()
    if school is None:
        raise Http404
    return Desk(
        school=school,
        by=user,
        now=now.astimezone(ZoneInfo(school.district.timezone)),
    )


def file_of(desk: Desk, errand: Errand, student_id: int) -> OnFile:
    """Look up a student of this desk's school. Raises Http404."""
    student = enrolled_at(desk.school).filter(id=student_id).first()
    if student is None:
        raise Http404
    return look_up(student, desk.school, now=desk.now, purpose=errand.purpose)


def administrators_only(desk: Desk) -> None:
    """To a clerk a page of administrators is not there. Raises Http404."""
    if desk.finisher is not Finisher.SCHOOL_ADMIN:
        raise Http404

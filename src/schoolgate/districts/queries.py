"""Who may see what: every page asks here first."""

from django.db.models import QuerySet

from schoolgate.accounts.models import User
from schoolgate.districts.models import District, Membership, Role, School


def schools_of(user: User) -> QuerySet[School]:
    """The schools at whose desk this person may work. Support has none: it never decides."""
    administered = Membership.objects.filter(user=user, role=Role.DISTRICT_ADMIN)
    at_desks = School.objects.filter(workplaces__membership__user=user)
    everywhere = School.objects.filter(district__in=administered.values("district"))
    return (at_desks | everywhere).distinct().select_related("district").order_by("name", "id")


def desks_of(user: User) -> QuerySet[School]:
    """The schools at whose desk this person works as a clerk."""
    return (
        School.objects.filter(
            workplaces__membership__user=user, workplaces__membership__role=Role.CLERK
        )
        .select_related("district")
        .order_by("name", "id")
    )


def administered_by(user: User) -> QuerySet[District]:
    """The districts that this person administers."""
    return District.objects.filter(
        memberships__user=user, memberships__role=Role.DISTRICT_ADMIN
    ).order_by("name", "id")


def districts_of(user: User) -> QuerySet[District]:
    """The districts whose syncs this person may see."""
    if user.is_support:
        return District.objects.order_by("name", "id")
    return administered_by(user)


def administers(user: User, district: District) -> bool:
    return Membership.objects.filter(
        user=user, district=district, role=Role.DISTRICT_ADMIN
    ).exists()

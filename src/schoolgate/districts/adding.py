"""Add districts, schools and the people who work in them."""

from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from schoolgate.accounts.models import User
from schoolgate.districts.models import District, Edition, Membership, Role, School, Workplace

SLUG_LENGTH = 60


class CannotAdd(Exception):
    """What was asked for cannot be added as it stands; the sentence says why."""


def add_district(*, name: str, edition: str, timezone: str) -> District:
    slug = slugify(name)[:SLUG_LENGTH].strip("-")
    if not slug:
        raise CannotAdd("A district needs a name with letters or digits.")
    if edition not in Edition.values:
        raise CannotAdd(f"There is no edition {edition!r}: use standard or enterprise.")
    if timezone not in available_timezones():
        raise CannotAdd(f"There is no time zone {timezone!r}. An example: America/Chicago.")
    try:
        with transaction.atomic():
            return District.objects.create(
                slug=slug, name=name.strip(), edition=edition, timezone=timezone
            )
    except IntegrityError:
        raise CannotAdd(f"There is already a district {slug!r}.") from None


def find_district(slug: str) -> District:
    try:
        return District.objects.get(slug=slug)
    except District.DoesNotExist:
        known = ", ".join(District.objects.order_by("slug").values_list("slug", flat=True)[:10])
        raise CannotAdd(
            f"There is no district {slug!r}." + (f" Known: {known}." if known else "")
        ) from None


def free_code(district: District, wish: str) -> str:
    """A school code that is not taken yet: the wish, or the wish with a number."""
    base = slugify(wish)[: SLUG_LENGTH - 4].strip("-") or "school"
    taken = set(
        School.objects.filter(district=district, code__startswith=base).values_list(
            "code", flat=True
        )
    )
    return next(
        code
        for code in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3)))
        if code not in taken
    )


@transaction.atomic
def add_staff(*, district: District, user: User, role: Role, schools: list[School]) -> Membership:
    """Give a person her work in a district. A clerk needs at least one school of the district."""
    if role == Role.CLERK and not schools:
        raise CannotAdd("A clerk works at a school: name at least one.")
    membership, _ = Membership.objects.update_or_create(
        district=district, user=user, defaults={"role": role}
    )
    membership.workplaces.all().delete()
    Workplace.objects.bulk_create(
        Workplace(district=district, membership=membership, school=school) for school in schools
    )
    return membership


def find_schools(district: District, codes: list[str]) -> list[School]:
    """The district's schools of these codes."""
    schools = {school.code: school for school in School.objects.filter(district=district)}
    for code in codes:
        if code not in schools:
            raise CannotAdd(
                f"There is no school {code!r} in {district.name}. "
                f"Known: {', '.join(sorted(schools)) or 'none yet'}."
            )
    return [schools[code] for code in codes]

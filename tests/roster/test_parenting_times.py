"""Parenting times name days, and nothing else does."""

import pytest

from desk_cast import LONG_AGO
from schoolgate.districts.models import School
from schoolgate.roster.models import Effect, Restriction
from schoolgate.roster.restrictions import CannotRestrict, add_restriction

pytestmark = pytest.mark.django_db


def order(school: School, effect: Effect, *days: int) -> Restriction:
    return add_restriction(
        school.district,
        given_name="Robert",
        family_name="Rivera",
        effects=[effect],
        days=days,
        from_on=LONG_AGO.date(),
        by=None,
        at=LONG_AGO,
    )


def test_the_days_are_kept_once_and_in_order(oak: School) -> None:
    assert order(oak, Effect.PARENTING_TIMES, 3, 1, 3).days == [1, 3]


@pytest.mark.parametrize(
    ("effect", "days"),
    [(Effect.PARENTING_TIMES, ()), (Effect.PARENTING_TIMES, (7,)), (Effect.NO_RELEASE, (1,))],
)
def test_days_and_effect_belong_together(
    oak: School, effect: Effect, days: tuple[int, ...]
) -> None:
    with pytest.raises(CannotRestrict, match="days"):
        order(oak, effect, *days)

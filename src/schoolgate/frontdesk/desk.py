"""Who stands at which desk, and when."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from schoolgate.accounts.models import User
from schoolgate.districts.models import School
from schoolgate.frontdesk.queries import administrators_of
from schoolgate.frontdesk.verdicts import Finisher


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Who decides where, as what, and when. `now` is in the district's time zone."""

    school: School
    by: User
    now: datetime

    @cached_property
    def administrators(self) -> tuple[User, ...]:
        """Whom to call for help."""
        return tuple(administrators_of(self.school.district))

    @property
    def finisher(self) -> Finisher:
        return Finisher.SCHOOL_ADMIN if self.by in self.administrators else Finisher.CLERK

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def midnight(self) -> datetime:
        """The moment at which today began."""
        return self.now.replace(hour=0, minute=0, second=0, microsecond=0)

    def here(self, at: datetime) -> datetime:
        """A moment in the time of this desk."""
        return at.astimezone(self.now.tzinfo or ZoneInfo("UTC"))

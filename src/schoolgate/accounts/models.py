"""The people who sign in."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """One person, one sign-in. What she may do in a district is her membership there."""

    # The vendor's support team: sees every district's syncs, never decides at a desk.
    is_support = models.BooleanField(default=False)

    @property
    def short_name(self) -> str:
        """`Dana S.` on a screen that a visitor may read."""
        if self.first_name and self.last_name:
            return f"{self.first_name} {self.last_name[0]}."
        return self.first_name or self.username

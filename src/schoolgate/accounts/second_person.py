"""A second person signs in on the spot, beside whoever is signed in: to agree to one thing."""

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from schoolgate.accounts.models import User


class TooManyTries(Exception):
    """Passwords were tried too often; the sentence says when to try again."""


def second_person(request: HttpRequest, username: str, password: str) -> User | None:
    """Give the person whose sign-in this is, without signing her in. None: it is nobody's.

    Counted with the sign-ins that failed, so that a desk is no place to guess. Raises TooManyTries.
    """
    if not (username and password):
        return None
    try:
        found = get_adapter(request).authenticate(request, username=username, password=password)
    except ValidationError as too_often:
        raise TooManyTries(" ".join(too_often.messages)) from None
    return found if isinstance(found, User) else None

"""Give people their sign-ins."""

from schoolgate.accounts.models import User


def add_person(
    *, username: str, name: str, password: str, is_support: bool = False, email: str = ""
) -> User:
    """Add a person, or give a known one a new password. Without an e-mail hers stays."""
    given, _, family = name.strip().partition(" ")
    user, _ = User.objects.update_or_create(
        username=username.strip(),
        defaults={
            "first_name": given,
            "last_name": family,
            "is_support": is_support,
            **({"email": email} if email else {}),
        },
    )
    user.set_password(password)
    user.save(update_fields=["password"])
    return user

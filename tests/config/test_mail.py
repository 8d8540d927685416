"""One URL says how e-mail leaves."""

import pytest

from schoolgate.config.env import WrongSetting
from schoolgate.config.mail import from_url


def test_without_a_url_nothing_is_sent() -> None:
    assert from_url("") == {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}


def test_a_mail_server_is_spoken_to_with_tls_from_the_start_or_after_asking() -> None:
    asked = from_url("smtp://schoolgate:p%40ss@mail.example.org")
    from_the_start = from_url("smtps://mail.example.org")

    assert asked == {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "mail.example.org",
        "EMAIL_PORT": 587,
        "EMAIL_HOST_USER": "schoolgate",
        "EMAIL_HOST_PASSWORD": "p@ss",
        "EMAIL_USE_SSL": False,
        "EMAIL_USE_TLS": True,
        "EMAIL_TIMEOUT": 10,
    }
    assert (from_the_start["EMAIL_PORT"], from_the_start["EMAIL_USE_SSL"]) == (465, True)
    assert from_the_start["EMAIL_USE_TLS"] is False


def test_plain_text_has_to_be_asked_for() -> None:
    chosen = from_url("smtp://localhost:25?tls=no")

    assert (chosen["EMAIL_PORT"], chosen["EMAIL_USE_TLS"]) == (25, False)


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "http://secret@mail.example.org",
        "smtp://",
        "smtp://user:secret@host:no",
        "smtp://user:secret@host?ssl=1",
    ],
)
def test_a_wrong_url_stops_the_start_and_is_not_repeated(url: str) -> None:
    with pytest.raises(WrongSetting) as refusal:
        from_url(url)

    assert "secret" not in str(refusal.value)

"""One URL says how e-mail leaves: by a mail server, to the console (`console:`), or not at all."""

from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from schoolgate.config.env import WrongSetting

VARIABLE = "SCHOOLGATE_MAIL_URL"
TIMEOUT_SECONDS = 10
PORTS = {"smtp": 587, "smtps": 465}


def from_url(url: str) -> dict[str, Any]:
    """Django's EMAIL_ settings for a URL. `smtp` asks for TLS, unless it ends in `?tls=no`.

    Raises:
        WrongSetting: for a URL that is none of these.
    """
    scheme = url.partition(":")[0]
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    if scheme == "console":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if scheme not in PORTS:
        raise _wrong()
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS[scheme]
    except ValueError:
        raise _wrong() from None
    if not parts.hostname or parts.query not in ("", "tls=no"):
        raise _wrong()
    return {"EMAIL_PORT": port, **_smtp(parts)}


def _smtp(parts: SplitResult) -> dict[str, Any]:
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and parts.query != "tls=no",
        "EMAIL_TIMEOUT": TIMEOUT_SECONDS,
    }


def _wrong() -> WrongSetting:
    # The URL holds the password: none of it is repeated.
    return WrongSetting(
        f"{VARIABLE} cannot be read. It looks like smtp://user:password@host:587, "
        "smtps://user:password@host:465 or console: ; in the password, signs such as @ : / # are "
        "written as %40 %3A %2F %23."
    )

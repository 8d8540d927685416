"""Open the source of a registration: the one place that turns its settings into a reader."""

from pathlib import Path

from schoolgate.oneroster import (
    Client,
    CsvBundle,
    OAuth1,
    OAuth2,
    Bearer,
)
from schoolgate.oneroster.collection import Source
from schoolgate.registrations.credentials import unseal
from schoolgate.registrations.models import Auth, Registration, Transport


def open_source(registration: Registration) -> Source:
    """A reader of the registration's source, to be closed by the caller.

    Raises:
        BadInput, SourceFailed: of the OneRoster library.
        CannotUnseal: when the secret cannot be opened.
    """
    if registration.transport == Transport.CSV:
        return CsvBundle.open(Path(registration.csv_path))
    return Client(
        registration.base_url,
        _sign_in(registration),
        concurrency=registration.concurrency,
        page_size=registration.page_size,
        insecure=registration.insecure,
    )


def _sign_in(registration: Registration) -> OAuth1 | OAuth2 | Bearer:
    credential = registration.credential
    secret = unseal(credential)
    if registration.auth == Auth.OAUTH1:
        return OAuth1(key=credential.key, secret=secret, signature=registration.signature)
    if registration.auth == Auth.OAUTH2:
        return OAuth2(
            client_id=credential.key,
            client_secret=secret,
            token_url=registration.token_url,
            scope=registration.scope or None,
        )
    return Bearer(secret)

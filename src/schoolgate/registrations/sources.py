"""Open the source of a registration: the one place that turns its settings into a reader."""

from pathlib import Path

from schoolgate.oneroster.client import Client, OnPage
from schoolgate.oneroster.collection import Source
from schoolgate.oneroster.csv_bundle import CsvBundle
from schoolgate.oneroster.rest.auth import Bearer, OAuth1, SignatureMethod
from schoolgate.oneroster.rest.retry import Patience
from schoolgate.oneroster.rest.tokens import OAuth2
from schoolgate.registrations.credentials import unseal
from schoolgate.registrations.models import Auth, Registration, Transport


def open_source(
    registration: Registration,
    *,
    patience: Patience | None = None,
    on_page: OnPage = lambda _name, _pages, _records: None,
) -> Source:
    """A reader of the registration's source, to be closed by the caller.

    `patience` is how long to go on with a source that does not answer at once; `on_page` is told of
    every page that a REST source sends.

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
        patience=patience,
        on_page=on_page,
    )


def _sign_in(registration: Registration) -> OAuth1 | OAuth2 | Bearer:
    credential = registration.credential
    secret = unseal(credential)
    if registration.auth == Auth.OAUTH1:
        return OAuth1(credential.key, secret, _signature(registration))
    if registration.auth == Auth.OAUTH2:
        return OAuth2(
            key=credential.key,
            secret=secret,
            token_url=registration.token_url,
            scope=registration.scope or None,
        )
    return Bearer(secret)


def _signature(registration: Registration) -> SignatureMethod:
    # Whatever else is stored: the stronger one. A downgrade is only ever asked for by name.
    return "HMAC-SHA1" if registration.signature == "HMAC-SHA1" else "HMAC-SHA256"

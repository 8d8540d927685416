"""How a REST source is named at a terminal: address, credentials and how hard to pull."""

import argparse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from schoolgate.commands.outcome import Refused
from schoolgate.oneroster.rest.auth import Auth, Bearer, OAuth1, SignatureMethod
from schoolgate.oneroster.rest.tokens import OAuth2

AuthKind = Literal["oauth1", "oauth2", "bearer"]
_SIGNATURES: dict[str, SignatureMethod] = {"sha256": "HMAC-SHA256", "sha1": "HMAC-SHA1"}


@dataclass(frozen=True)
class SourceArguments:
    """A source as it was typed. Nothing of it has been tried."""

    base_url: str
    auth_kind: AuthKind
    secret: str = field(repr=False)
    key: str | None = None
    token_url: str | None = None
    scope: str | None = None
    signature: SignatureMethod = "HMAC-SHA256"
    concurrency: int = 4
    page_size: int = 1000
    insecure: bool = False

    def auth(self) -> Auth:
        """Make what signs the requests."""
        if self.auth_kind == "bearer":
            return Bearer(self.secret)
        key = self.key or ""
        if self.auth_kind == "oauth1":
            return OAuth1(key, self.secret, self.signature)
        return OAuth2(key, self.secret, self.token_url or "", self.scope)


def add_arguments(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Add them; not `required` where another kind of source may be named instead."""
    group = parser.add_argument_group("the source")
    group.add_argument(
        "--url", required=required, metavar="BASE", help="base URL, as the SIS shows it"
    )
    group.add_argument("--auth", required=required, choices=("oauth1", "oauth2", "bearer"))
    group.add_argument("--key", metavar="K", help="consumer key or client id")
    group.add_argument(
        "--secret-file",
        required=required,
        type=Path,
        metavar="F",
        help="file that holds the secret, or the bearer token, and nothing else",
    )
    group.add_argument("--token-url", metavar="U", help="oauth2: exactly as the SIS shows it")
    group.add_argument("--scope", metavar="S", help="oauth2: ask for this instead of the usual")
    group.add_argument(
        "--signature", choices=tuple(_SIGNATURES), default="sha256", help="oauth1: the hash"
    )
    group.add_argument("--concurrency", type=int, default=4, metavar="N", help="pages at once")
    group.add_argument("--page-size", type=int, default=1000, metavar="N", help="records a page")
    group.add_argument(
        "--insecure", action="store_true", help="allow http and this machine, to try things out"
    )


def read(args: argparse.Namespace) -> SourceArguments:
    """Take what was typed and the secret out of its file.

    Raises:
        Refused: something is missing or cannot be.
    """
    _refuse_what_is_missing(args)
    return SourceArguments(
        base_url=args.url,
        auth_kind=args.auth,
        secret=_secret(args.secret_file),
        key=args.key,
        token_url=args.token_url,
        scope=args.scope,
        signature=_SIGNATURES[args.signature],
        concurrency=args.concurrency,
        page_size=args.page_size,
        insecure=args.insecure,
    )


def _refuse_what_is_missing(args: argparse.Namespace) -> None:
    if not args.auth or not args.secret_file:
        raise Refused("A REST source needs --auth and --secret-file beside its --url.")
    if args.auth != "bearer" and not args.key:
        raise Refused(f"--auth {args.auth} needs --key: the SIS shows it beside the secret.")
    if args.auth == "oauth2" and not args.token_url:
        raise Refused("--auth oauth2 needs --token-url: it cannot be told from the base URL.")
    if args.concurrency < 1 or args.page_size < 1:
        raise Refused("--concurrency and --page-size must be at least 1.")


def _secret(path: Path) -> str:
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"The secret file {path} cannot be read.") from error
    if not secret:
        raise Refused(f"The secret file {path} is empty.")
    return secret

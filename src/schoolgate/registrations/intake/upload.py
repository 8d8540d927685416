"""CSV zips that a person uploads: looked at before they count, and put in place at one stroke.

They stand in HOME/files/<district>/<registration>/, readable by their owner only. A sync that reads
the zip before goes on reading it to its end.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from schoolgate.audit import log
from schoolgate.districts.models import District
from schoolgate.licensing.editions import require_enterprise
from schoolgate.oneroster.csv_bundle import CsvBundle
from schoolgate.registrations.models import DataChoice, Registration, Transport
from schoolgate.registrations.registering import CsvPlace, add_registration

# 300 thousand users with their contacts come to about 20 MB. More is delivered over SFTP.
MOST_MEGABYTES = 200
BUNDLE = "oneroster.zip"
PRIVATE_FOLDER = 0o700


@transaction.atomic
def add_by_upload(  # noqa: PLR0913  # what a source is, each by its name
    district: District,
    *,
    name: str,
    chunks: Iterable[bytes],
    data_choice: DataChoice,
    preset: str = "",
    by: int | None,
    at: datetime,
) -> Registration:
    """Add a source that is a CSV zip from somebody's browser.

    Raises:
        EnterpriseOnly: for a Standard district.
        BadBundle, UnsupportedVersion: it is no OneRoster 1.1 bundle; nothing was kept.
    """
    require_enterprise(district)
    with _looked_at(district, chunks) as draft:
        registration = add_registration(
            district,
            name=name,
            where=CsvPlace(path=""),
            data_choice=data_choice,
            preset=preset,
            by=by,
            at=at,
        )
        registration.csv_path = str(_place_of(registration))
        registration.save(update_fields=["csv_path"])
        _put_in_place(draft, registration, by=by, at=at)
    return registration


@transaction.atomic
def replace_upload(
    registration: Registration, chunks: Iterable[bytes], *, by: int | None, at: datetime
) -> None:
    """Let the next sync read a newer zip.

    Raises:
        EnterpriseOnly: for a Standard district.
        BadBundle, UnsupportedVersion: it is no OneRoster 1.1 bundle; the one before stays.
    """
    require_enterprise(registration.district)
    with _looked_at(registration.district, chunks) as draft:
        _put_in_place(draft, registration, by=by, at=at)


def takes_uploads(registration: Registration) -> bool:
    """Whether its zip comes from a browser. A path that a command gave belongs to somebody else."""
    return registration.transport == Transport.CSV and registration.csv_path == str(
        _place_of(registration)
    )


def is_read_already(registration: Registration, *, last: datetime | None) -> bool:
    """Whether its upload was there when it was last read whole, at `last`.

    Reading it once more would find nothing new, and would make its lists look younger than they
    are.
    """
    if last is None or not takes_uploads(registration):
        return False
    place = _place_of(registration)
    return place.exists() and place.stat().st_mtime < last.timestamp()


@contextmanager
def _looked_at(district: District, chunks: Iterable[bytes]) -> Iterator[Path]:
    """The bundle in a draft file, once it has opened as one."""
    folder = Path(settings.HOME) / "files" / district.slug
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".incoming-", suffix=".zip", dir=folder)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(chunks)
        CsvBundle.open(draft).close()
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _put_in_place(draft: Path, registration: Registration, *, by: int | None, at: datetime) -> None:
    place = _place_of(registration)
    place.parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    size = draft.stat().st_size
    draft.replace(place)
    log.record(
        "registration.bundle_received",
        at=at,
        district_id=registration.district_id,
        actor_id=by,
        subject=registration.reference,
        bytes=size,
    )


def _place_of(registration: Registration) -> Path:
    return Path(settings.HOME) / "files" / registration.district.slug / registration.slug / BUNDLE

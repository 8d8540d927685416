"""Make many sources in the installation of this environment, each with a zip of its own.

python many_sources.py COUNT ZIP FOLDER
"""

import shutil
import sys
from pathlib import Path

from django.utils import timezone

from schoolgate.commands.installation import open_installation


def main() -> None:
    open_installation()
    from schoolgate.districts.adding import add_district
    from schoolgate.districts.models import Edition
    from schoolgate.registrations.models import DataChoice, Registration
    from schoolgate.registrations.registering import CsvPlace, add_registration
    from schoolgate.registrations.school_choice import look_at_source, map_all
    from schoolgate.registrations.sources import open_source

    count, source, folder = int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    now = timezone.now()
    for number in range(count):
        copy = folder / f"{number}.zip"
        shutil.copyfile(source, copy)
        district = add_district(
            name=f"District {number}", edition=Edition.ENTERPRISE, timezone="America/Chicago"
        )
        registration = add_registration(
            district,
            name="zip",
            where=CsvPlace(path=str(copy)),
            data_choice=DataChoice.STUDENTS_AND_CONTACTS,
            preset="",
            by=None,
            at=now,
        )
        opened = open_source(registration)
        look_at_source(registration, opened)
        opened.close()
        map_all(registration, by=None, at=now)
    Registration.objects.update(next_sync_at=now)


main()

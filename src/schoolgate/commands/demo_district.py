"""The demo's district: what a district's administrator would have set up. Safe to do again."""

from datetime import date

from django.utils import timezone

from schoolgate.accounts.people import add_person
from schoolgate.commands.outcome import Exit, Refused
from schoolgate.districts.adding import add_district, add_staff
from schoolgate.districts.models import District, Edition, Role, School
from schoolgate.frontdesk.models import BellSchedule
from schoolgate.registrations import school_choice
from schoolgate.registrations.models import Auth, DataChoice, Registration
from schoolgate.registrations.registering import RestAddress, add_registration
from schoolgate.registrations.sources import open_source
from schoolgate.roster.models import Effect, Restriction, Student
from schoolgate.roster.restrictions import add_restriction
from schoolgate.sandbox import Sandbox
from schoolgate.sync import runs
from schoolgate.sync.models import RunState

PASSWORD = "maple-valley-demo"  # noqa: S105  # everybody in the demo is invented
SIGN_INS = {
    "dana": "clerk at Oak Elementary: the desk",
    "lee": "district administrator: schools, syncs, and every desk",
    "sam": "the vendor's support: every district's syncs, no desk",
}
EMAIL = "lee@demo.example.org"
SOURCE = "Sandbox SIS"
BELLS = """\
1 08:00-09:10
2 09:15-10:25
3 10:30-11:40
Lunch 11:40-12:20
4 12:20-13:30
5 13:35-14:45"""


def set_up_district(sandbox: Sandbox) -> District:
    """The district with its source. A sandbox that started again has a new address."""
    name = sandbox.district.name
    district = District.objects.filter(name=name).first() or add_district(
        name=name, edition=Edition.ENTERPRISE, timezone="America/Chicago"
    )
    registration = Registration.objects.filter(district=district, name=SOURCE).first()
    if registration is None:
        registration = add_registration(
            district,
            name=SOURCE,
            where=RestAddress(
                base_url=sandbox.base_url,
                auth=Auth.OAUTH1,
                key=sandbox.key,
                secret=sandbox.secret,
                insecure=True,
            ),
            data_choice=DataChoice.STUDENTS_AND_CONTACTS,
            by=None,
            at=timezone.now(),
        )
    registration.base_url = sandbox.base_url
    registration.save(update_fields=["base_url"])
    if not registration.source_schools.exists():
        source = open_source(registration)
        try:
            school_choice.look_at_source(registration, source)
        finally:
            source.close()
        school_choice.map_all(registration, by=None, at=timezone.now())
    return district


def sync_district(district: District) -> str:
    """Sync now, and say what came of it."""
    registration = Registration.objects.get(district=district, name=SOURCE)
    run = runs.ask_for_run(registration, by=None, at=timezone.now())
    runs.carry_out(run, clock=timezone.now, tell=lambda _stage, _count: None)
    if run.state == RunState.FAILED:
        raise Refused(run.failure_detail, exit=Exit.SOURCE_FAILED, kind=run.failure)
    _restrict_carl_dunn(district)
    _hang_the_bells(district)
    students = Student.objects.filter(district=district, state="active").count()
    return f"{run.state}, {students} students"


def add_people(district: District) -> None:
    oak = School.objects.get(district=district, name="Oak Elementary")
    dana = add_person(username="dana", name="Dana Smith", password=PASSWORD)
    add_staff(district=district, user=dana, role=Role.CLERK, schools=[oak])
    lee = add_person(username="lee", name="Lee Park", password=PASSWORD, email=EMAIL)
    add_staff(district=district, user=lee, role=Role.DISTRICT_ADMIN, schools=[])
    add_person(username="sam", name="Sam Vega", password=PASSWORD, is_support=True)


def _hang_the_bells(district: District) -> None:
    for school in School.objects.filter(district=district, bell_schedule=None):
        BellSchedule.objects.create(district=district, school=school, lines=BELLS)


def _restrict_carl_dunn(district: District) -> None:
    """The court order of the story: Carl Dunn may not take Marisol J. Rivera."""
    if Restriction.objects.filter(district=district).exists():
        return
    marisol = Student.objects.get(
        district=district, given_name="Marisol", middle_name__startswith="J"
    )
    add_restriction(
        district,
        given_name="Carl",
        family_name="Dunn",
        effects=[Effect.NO_RELEASE, Effect.NO_VISIT],
        students=[marisol],
        instruction="Call Mr. Lee.",
        from_on=date(2026, 8, 1),
        until_on=date(2027, 6, 30),
        by=None,
        at=timezone.now(),
    )

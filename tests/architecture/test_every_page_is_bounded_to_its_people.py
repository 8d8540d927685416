"""Who may open which page. A page that is not in this table does not pass.

Each page is asked by one person of each kind. Who is not named is sent to sign in (nobody), or gets
403 or 404. A new page gets a line here in the commit that adds it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from cast import (
    MONDAY,
    a_clerk,
    a_contact,
    a_district_admin,
    a_listed_student,
    a_registration,
    a_run,
    a_support_person,
)
from schoolgate.accounts.models import User
from schoolgate.districts.models import District, School
from schoolgate.frontdesk.models import DeskEvent, EventKind, HelpCall, HelpCause
from schoolgate.registrations.models import Registration
from schoolgate.roster.models import Restriction
from schoolgate.sync.models import Hold

NOBODY = "nobody"
CLERK = "clerk of the school"
OTHER_CLERK = "clerk of another school of the district"
ADMIN = "administrator of the district"
OTHER_ADMIN = "administrator of another district"
SUPPORT = "support"
NEWCOMER = "signed in, without a role"

EVERYBODY = {NOBODY, CLERK, OTHER_CLERK, ADMIN, OTHER_ADMIN, SUPPORT, NEWCOMER}
SIGNED_IN = EVERYBODY - {NOBODY}
DESK = {CLERK, ADMIN}
SYNCS = {ADMIN, SUPPORT}
SET_UP = {ADMIN}

D = ["maple-valley"]
# Out of the way of the numbers that a database gives to what a page adds.
NUMBER, OWN_CHILD = 900_001, 900_002
SOURCE = ["maple-valley", "main-sis"]
SCHOOL = ["maple-valley", "oak"]


@dataclass(frozen=True)
class Page:
    allowed: set[str]
    args: list[Any] = field(default_factory=list)
    method: str = "get"


# Asked by machines: who may is said by a token, or by where they ask from (tests/config).
# A kiosk is a device, and not there for whoever is signed in elsewhere (tests/frontdesk/kiosk).
BY_TOKEN = {"metrics", "frontdesk:kiosk", "frontdesk:kiosk_find", "frontdesk:kiosk_say"}

PAGES = {
    "healthz": Page(EVERYBODY),
    "readyz": Page(EVERYBODY),
    "watch:sources": Page({SUPPORT}),
    "watch:mail": Page(SET_UP, D),
    "account_login": Page(EVERYBODY),
    "account_logout": Page(EVERYBODY),
    "districts:home": Page(SIGNED_IN),
    "registrations:add": Page(SET_UP, D),
    "registrations:add_csv": Page(SET_UP, D),
    "registrations:settings": Page(SET_UP, SOURCE),
    "registrations:upload": Page(SET_UP, SOURCE, "post"),
    "registrations:schools": Page(SET_UP, SOURCE),
    "registrations:take_all": Page(SET_UP, SOURCE, "post"),
    "registrations:look": Page(SET_UP, SOURCE, "post"),
    "sync:districts": Page({SUPPORT}),
    "sync:overview": Page(SYNCS, D),
    "sync:registration": Page(SYNCS, SOURCE),
    "sync:sync_now": Page(SYNCS, SOURCE, "post"),
    "sync:run": Page(SYNCS, [*D, NUMBER]),
    "sync:cancel": Page(SET_UP, [*D, NUMBER], "post"),
    "sync:schedule": Page(SYNCS, SOURCE),
    "sync:choose_times": Page(SET_UP, SOURCE, "post"),
    "sync:set_pace": Page({SUPPORT}, SOURCE, "post"),
    "sync:pause": Page({SUPPORT}, SOURCE, "post"),
    "sync:resume": Page({SUPPORT}, SOURCE, "post"),
    "sync:review": Page(SYNCS, [*D, NUMBER]),
    "sync:decide": Page(SET_UP, [*D, NUMBER], "post"),
    "sync:hold": Page(SET_UP, [*D, NUMBER]),
    "sync:limits": Page(SET_UP, SOURCE),
    "sync:students": Page(SYNCS, D),
    "sync:student_history": Page({CLERK, ADMIN, SUPPORT}, [*D, NUMBER]),
    "sync:student_then": Page({CLERK, ADMIN, SUPPORT}, [*D, NUMBER]),
    "sync:guardian_history": Page(SYNCS, [*D, NUMBER]),
    "sync:undo": Page(SET_UP, [*D, NUMBER, "oak"]),
    "lists:overview": Page(SET_UP, D),
    "lists:load": Page(SET_UP, D),
    "lists:preview": Page(SET_UP, D),
    "lists:confirm": Page(SET_UP, D, "post"),
    "lists:put_away": Page(SET_UP, D, "post"),
    "lists:school": Page(DESK, SCHOOL),
    "lists:add": Page(DESK, SCHOOL),
    "lists:change": Page(DESK, [*SCHOOL, OWN_CHILD]),
    "lists:remove": Page(DESK, [*SCHOOL, OWN_CHILD], "post"),
    "sync:adopt": Page(SET_UP, SOURCE),
    "sync:adopt_school": Page(SET_UP, [*SOURCE, "oak"]),
    "sync:adopt_recognise": Page(SET_UP, [*SOURCE, "oak"], "post"),
    "sync:adopt_decide": Page(SET_UP, [*SOURCE, "oak"], "post"),
    "sync:rekey": Page(SET_UP, SOURCE),
    "sync:rekey_schools": Page(SET_UP, SOURCE, "post"),
    "sync:rekey_all": Page(SET_UP, SOURCE, "post"),
    "sync:rekey_school": Page(SET_UP, [*SOURCE, "oak"]),
    "sync:rekey_recognise": Page(SET_UP, [*SOURCE, "oak"], "post"),
    "sync:rekey_confirm": Page(SET_UP, [*SOURCE, "oak"], "post"),
    "frontdesk:early_departure": Page(DESK, SCHOOL),
    "frontdesk:search": Page(DESK, SCHOOL, "post"),
    "frontdesk:elsewhere": Page(DESK, SCHOOL, "post"),
    "frontdesk:child": Page(DESK, [*SCHOOL, NUMBER]),
    "frontdesk:verdict": Page(DESK, [*SCHOOL, NUMBER], "post"),
    "frontdesk:release": Page(DESK, [*SCHOOL, NUMBER], "post"),
    "frontdesk:refuse": Page(DESK, [*SCHOOL, NUMBER], "post"),
    "frontdesk:event": Page(DESK, [*SCHOOL, NUMBER]),
    "frontdesk:undo": Page(DESK, [*SCHOOL, NUMBER], "post"),
    "frontdesk:agency": Page(DESK, [*SCHOOL, NUMBER]),
    "frontdesk:check_agency": Page(DESK, [*SCHOOL, NUMBER], "post"),
    "frontdesk:release_to_agency": Page(DESK, [*SCHOOL, NUMBER], "post"),
    "frontdesk:visit_search": Page(DESK, SCHOOL, "post"),
    "frontdesk:visit_elsewhere": Page(DESK, SCHOOL, "post"),
    "frontdesk:visit_child": Page(DESK, [*SCHOOL, NUMBER]),
    "frontdesk:visit_verdict": Page(DESK, [*SCHOOL, NUMBER], "post"),
    "frontdesk:sign_in": Page(DESK, [*SCHOOL, NUMBER], "post"),
    "frontdesk:not_signed_in": Page(DESK, [*SCHOOL, NUMBER], "post"),
    "frontdesk:visits": Page(DESK, SCHOOL),
    "frontdesk:check_visitor": Page(DESK, SCHOOL, "post"),
    "frontdesk:sign_in_visitor": Page(DESK, SCHOOL, "post"),
    "frontdesk:turn_away": Page(DESK, SCHOOL, "post"),
    "frontdesk:sign_out": Page(DESK, [*SCHOOL, NUMBER], "post"),
    "frontdesk:expected": Page(SET_UP, SCHOOL),
    "frontdesk:expect_no_more": Page(SET_UP, [*SCHOOL, NUMBER], "post"),
    "frontdesk:here": Page(DESK, SCHOOL),
    "frontdesk:authorisations": Page(DESK, SCHOOL),
    "frontdesk:withdraw": Page(DESK, [*SCHOOL, NUMBER], "post"),
    "frontdesk:authorise": Page(DESK, [*SCHOOL, NUMBER], "post"),
    "frontdesk:authorised": Page(DESK, [*SCHOOL, NUMBER], "post"),
    "frontdesk:visit_authorise": Page(DESK, [*SCHOOL, NUMBER], "post"),
    "frontdesk:visit_authorised": Page(DESK, [*SCHOOL, NUMBER], "post"),
    "frontdesk:kiosks": Page(SET_UP, SCHOOL),
    "frontdesk:add_kiosk": Page(SET_UP, SCHOOL, "post"),
    "frontdesk:end_kiosk": Page(SET_UP, [*SCHOOL, NUMBER], "post"),
    "frontdesk:settle_arrivals": Page(DESK, SCHOOL, "post"),
    "frontdesk:help": Page(DESK, SCHOOL),
    "frontdesk:help_now": Page(DESK, SCHOOL),
    "frontdesk:ask_for_help": Page(DESK, SCHOOL, "post"),
    # The clerk asked: only who is told of it may say that she comes.
    "frontdesk:answer_help": Page(SET_UP, [*SCHOOL, NUMBER], "post"),
    "frontdesk:end_help": Page(DESK, [*SCHOOL, NUMBER], "post"),
    "frontdesk:add_responder": Page(SET_UP, SCHOOL, "post"),
    "frontdesk:first_responder": Page(SET_UP, [*SCHOOL, NUMBER], "post"),
    "frontdesk:remove_responder": Page(SET_UP, [*SCHOOL, NUMBER], "post"),
    "frontdesk:missing": Page(DESK, [*SCHOOL, NUMBER]),
    "frontdesk:daily_list": Page(DESK, SCHOOL),
    "frontdesk:offline_worker": Page(DESK, SCHOOL),
    "frontdesk:reports": Page(DESK, SCHOOL),
    "frontdesk:sums": Page(DESK, SCHOOL, "post"),
    "frontdesk:relationships": Page(SET_UP, SCHOOL),
    "frontdesk:try_relationships": Page(SET_UP, SCHOOL, "post"),
    "frontdesk:collecting": Page(SET_UP, [*SCHOOL, NUMBER]),
    "frontdesk:say_pickup": Page(SET_UP, [*SCHOOL, NUMBER], "post"),
    "frontdesk:hold": Page(SET_UP, [*SCHOOL, NUMBER], "post"),
    "frontdesk:end_hold": Page(SET_UP, [*SCHOOL, NUMBER, NUMBER], "post"),
    "frontdesk:forget_name": Page(SET_UP, [*SCHOOL, NUMBER, NUMBER], "post"),
    "frontdesk:remember_name": Page(DESK, [*SCHOOL, NUMBER], "post"),
    "frontdesk:late": Page(DESK, SCHOOL),
    "frontdesk:late_search": Page(DESK, SCHOOL, "post"),
    "frontdesk:record_late": Page(DESK, SCHOOL, "post"),
    "frontdesk:returns": Page(DESK, SCHOOL),
    "frontdesk:record_back": Page(DESK, [*SCHOOL, NUMBER], "post"),
    "frontdesk:register": Page(SET_UP, SCHOOL),
    "frontdesk:add_restriction": Page(SET_UP, SCHOOL),
    "frontdesk:restriction_search": Page(SET_UP, SCHOOL, "post"),
    "frontdesk:restriction": Page(SET_UP, [*SCHOOL, NUMBER]),
    "frontdesk:load_restrictions": Page(SET_UP, SCHOOL),
    "frontdesk:confirm_restrictions": Page(SET_UP, SCHOOL, "post"),
    "frontdesk:ask_to_lift": Page(SET_UP, [*SCHOOL, NUMBER], "post"),
    "frontdesk:agree_to_lift": Page(SET_UP, [*SCHOOL, NUMBER], "post"),
    "frontdesk:keep_restriction": Page(SET_UP, [*SCHOOL, NUMBER], "post"),
    "frontdesk:log": Page(DESK, SCHOOL),
    "frontdesk:sheet": Page(DESK, SCHOOL, "post"),
    "frontdesk:bell_schedule": Page(SET_UP, SCHOOL),
}


def names_in(patterns: list[URLPattern | URLResolver], room: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            name = f"{pattern.namespace}:" if pattern.namespace else room
            yield from names_in(pattern.url_patterns, name)
        else:
            yield f"{room}{pattern.name}"


@pytest.fixture
def people(maple_valley: District, oak: School, fir: School, pine: School) -> dict[str, User]:
    return {
        CLERK: a_clerk(maple_valley, oak),
        OTHER_CLERK: a_clerk(maple_valley, fir, username="finn"),
        ADMIN: a_district_admin(maple_valley),
        OTHER_ADMIN: a_district_admin(pine.district, username="pat"),
        SUPPORT: a_support_person(),
        NEWCOMER: User.objects.create_user("noor", password="maple-valley-oak"),
    }


@pytest.fixture
def things(maple_valley: District, oak: School, people: dict[str, User]) -> None:
    """One of everything that an address may name, each with the same number."""
    registration: Registration = a_registration(maple_valley)
    run = a_run(registration, id=NUMBER)
    Hold.objects.create(
        id=NUMBER,
        district=maple_valley,
        run=run,
        school=oak,
        kind="student",
        reason="too_many_removed",
        count=41,
        of=312,
        limit=31,
    )
    student = a_listed_student(oak, id=NUMBER)
    a_contact(student, id=NUMBER)
    # One of the school's own list, which no source has named.
    a_listed_student(oak, "Zoe", "Quist", id=OWN_CHILD, registration_id=None, sourced_id=None)
    Restriction.objects.create(
        id=NUMBER,
        district=maple_valley,
        given_name="Carl",
        family_name="Dunn",
        effects=["no_release"],
        from_on=MONDAY.date(),
        added_at=MONDAY,
    )
    DeskEvent.objects.create(
        id=NUMBER,
        district=maple_valley,
        school=oak,
        kind=EventKind.values[0],
        opened_at=MONDAY,
        decided_at=MONDAY,
        actor=people[CLERK],
        student=student,
        presented_name="Robert Rivera",
        verdict="allow",
        rules_version="1",
        snapshot={},
    )
    HelpCall.objects.create(
        id=NUMBER,
        district=maple_valley,
        school=oak,
        cause=HelpCause.ASKED,
        asked_at=timezone.now(),  # noqa: TID251  # a call is open on its day only
        asked_by=people[CLERK],
    )


def test_every_page_says_who_may_open_it() -> None:
    assert sorted(names_in(get_resolver().url_patterns)) == sorted({*PAGES, *BY_TOKEN})


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_to_its_people_and_to_nobody_else(
    people: dict[str, User], things: None, name: str
) -> None:
    page = PAGES[name]
    found = {}
    for who in sorted(EVERYBODY):
        # What one of them does is taken back: the next one finds the same things.
        with transaction.atomic():
            client = Client()
            sign_in(client, people, who)
            answer = getattr(client, page.method)(reverse(name, args=page.args))
            found[who] = outcome(answer)
            transaction.set_rollback(True)

    assert found == {who: "opens" if who in page.allowed else refusal(who) for who in EVERYBODY}


def sign_in(client: Client, people: dict[str, User], who: str) -> None:
    if who != NOBODY:
        client.force_login(people[who])


def refusal(who: str) -> str:
    return "sent to sign in" if who == NOBODY else "refused"


def outcome(answer: Any) -> str:
    if answer.status_code in (403, 404):
        return "refused"
    if answer.get("Location", "").startswith("/sign-in/?next="):
        return "sent to sign in"
    # 409: the desk says that what it was asked no longer stands; 422: a form with errors.
    return (
        "opens"
        if answer.status_code in (200, 204, 302, 409, 422)
        else f"status {answer.status_code}"
    )

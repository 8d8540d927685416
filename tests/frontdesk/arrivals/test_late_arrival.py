"""Late arrivals at Oak's desk: one child, a bus, the same child twice, and whom it is not about."""

from datetime import UTC, datetime

import pytest
from django.http import HttpResponse
from django.test import Client

from cast import a_district_admin, a_listed_student
from desk_cast import NOW
from schoolgate.audit.models import AuditEntry
from schoolgate.districts.models import School
from schoolgate.frontdesk.arrivals.screens import late_in_words
from schoolgate.frontdesk.models import BellSchedule, DeskEvent, EventKind
from schoolgate.frontdesk.record import broken_links, check
from schoolgate.roster.models import Guardian, Student

OAK = "/d/maple-valley/desk/oak"
LATE = f"{OAK}/late-arrival/"
TODAY = datetime(2026, 11, 23, tzinfo=UTC).date()


@pytest.fixture
def bells(oak: School) -> BellSchedule:
    return BellSchedule.objects.create(
        district=oak.district, school=oak, lines="1 08:00-12:30\n6 13:20-14:10"
    )


def page(answer: HttpResponse) -> str:
    return " ".join(answer.content.decode().split())


def record(desk: Client, *students: Student, **said: str) -> HttpResponse:
    sent = {"s": [one.pk for one in students], "reason": "overslept", **said}
    return desk.post(f"{LATE}record/", sent)


def test_a_late_child_is_written_down_with_period_minutes_and_reason(
    desk: Client, marisol: Student, bells: BellSchedule
) -> None:
    answer = record(desk, marisol)

    event = DeskEvent.objects.get()
    assert (event.kind, event.period, event.minutes) == (EventKind.LATE_ARRIVAL, "6", 342)
    assert (event.reason, event.excused) == ("overslept", False)
    assert "RIVERA, Marisol J. late at 1:42 PM" in page(desk.get(answer["Location"]))
    assert AuditEntry.objects.get(action="student.late").detail["student"] == marisol.pk


def test_the_slip_has_what_a_teacher_needs_and_no_number(
    desk: Client, marisol: Student, bells: BellSchedule
) -> None:
    shown = page(desk.get(record(desk, marisol)["Location"]))

    slip = shown[shown.index('<aside class="sg-label"') : shown.index("</aside>")]
    assert "LATE 1:42 PM" in slip
    assert "Period 6, 342 min late" in slip
    assert "Overslept · Unexcused" in slip
    assert "4471" not in slip


def test_without_a_bell_schedule_the_period_stays_blank_and_the_page_says_why(
    desk: Client, marisol: Student
) -> None:
    shown = page(desk.get(LATE, {"s": marisol.pk}))
    record(desk, marisol)

    event = DeskEvent.objects.get()
    assert "has no bell schedule yet" in shown
    assert (event.period, event.minutes) == ("", None)


@pytest.mark.parametrize(
    ("reason", "chosen", "excused"),
    [("bus", "", True), ("overslept", "", False), ("bus", "no", False), ("overslept", "yes", True)],
)
def test_a_reason_says_whether_it_is_excused_unless_the_clerk_says_otherwise(
    desk: Client, marisol: Student, reason: str, chosen: str, excused: bool
) -> None:
    record(desk, marisol, reason=reason, excused=chosen)

    assert DeskEvent.objects.get().excused is excused


def test_a_bus_is_written_down_at_once(desk: Client, marisol: Student, oak: School) -> None:
    ben = a_listed_student(oak, "Ben", "Ash")

    answer = record(desk, marisol, ben, reason="bus")

    assert set(DeskEvent.objects.values_list("student", flat=True)) == {marisol.pk, ben.pk}
    assert len(set(DeskEvent.objects.values_list("decided_at", flat=True))) == 1
    assert "2 students late at 1:42 PM" in page(desk.get(answer["Location"]))


def test_a_second_time_on_one_day_is_asked_about_and_nobody_else_is_written_down(
    desk: Client, marisol: Student, oak: School
) -> None:
    ben = a_listed_student(oak, "Ben", "Ash")
    record(desk, marisol)

    asked = record(desk, marisol, ben)

    assert asked.status_code == 409
    assert "is down as late today, 1:42 PM" in page(asked)
    assert DeskEvent.objects.count() == 1


def test_a_second_time_is_written_down_when_the_clerk_says_so(
    desk: Client, marisol: Student
) -> None:
    record(desk, marisol)

    record(desk, marisol, all_the_same="on")

    assert DeskEvent.objects.count() == 2


def test_who_left_today_comes_back_by_a_return_and_is_never_late(
    desk: Client, marisol: Student, robert: Guardian
) -> None:
    leave(desk, marisol)

    refused = record(desk, marisol, all_the_same="on")

    assert refused.status_code == 409
    assert "left 1:42 PM today: back is a return" in page(refused)
    assert not DeskEvent.objects.filter(kind=EventKind.LATE_ARRIVAL).exists()


def test_who_is_back_from_a_departure_can_leave_again(
    desk: Client, marisol: Student, robert: Guardian
) -> None:
    leave(desk, marisol)
    away = page(desk.get(f"{OAK}/return/"))

    answer = desk.post(f"{OAK}/return/{marisol.pk}/")

    back = DeskEvent.objects.get(kind=EventKind.RETURN)
    assert "left 1:42 PM with Robert RIVERA, 0 min ago" in away
    assert back.ends is not None
    assert back.ends.kind == EventKind.EARLY_DEPARTURE
    assert "RIVERA, Marisol J. back at 1:42 PM" in page(desk.get(answer["Location"]))
    assert "back since 1:42 PM" in page(desk.get(f"{OAK}/early-departure/{marisol.pk}/"))
    assert leave(desk, marisol).status_code == 302


def test_a_second_desk_that_presses_back_later_is_told_and_writes_nothing(
    desk: Client, marisol: Student, robert: Guardian
) -> None:
    leave(desk, marisol)
    desk.post(f"{OAK}/return/{marisol.pk}/")

    later = desk.post(f"{OAK}/return/{marisol.pk}/")

    assert later.status_code == 409
    assert "somebody else was faster" in page(later)
    assert DeskEvent.objects.filter(kind=EventKind.RETURN).count() == 1


def test_a_return_that_is_undone_leaves_the_child_away(
    desk: Client, marisol: Student, robert: Guardian
) -> None:
    leave(desk, marisol)
    desk.post(f"{OAK}/return/{marisol.pk}/")
    left, back = DeskEvent.objects.order_by("id")

    too_early = undo(desk, left)
    undo(desk, back)

    assert "Undo the return first" in page(too_early)
    assert "0 min ago" in page(desk.get(f"{OAK}/return/"))
    assert undo(desk, left).status_code == 302
    assert "Nobody is away" in page(desk.get(f"{OAK}/return/"))


def test_a_late_arrival_that_did_not_happen_is_undone_with_its_reason(
    desk: Client, marisol: Student
) -> None:
    record(desk, marisol)
    event = DeskEvent.objects.get()

    undo(desk, event)

    shown = page(desk.get(f"{OAK}/early-departure/record/{event.pk}/"))
    assert "Undone: Marisol J. RIVERA was not late" in shown
    assert "No arrivals yet today" in page(desk.get(LATE))


def test_a_child_of_another_school_is_not_written_down(
    desk: Client, marisol: Student, fir: School
) -> None:
    of_fir = a_listed_student(fir, "Fay", "Ward")

    answer = record(desk, marisol, of_fir)

    assert answer.status_code == 409
    assert "Somebody is no longer on" in page(answer)
    assert "Ward" not in page(answer)
    assert not DeskEvent.objects.exists()


@pytest.mark.parametrize(
    ("sent", "status"),
    [({"reason": "overslept"}, 409), ({"s": "1", "reason": "dragons"}, 422), ({"s": "x"}, 422)],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    desk: Client, sent: dict[str, str], status: int
) -> None:
    answer = desk.post(f"{LATE}record/", sent)

    assert answer.status_code == status
    assert not DeskEvent.objects.exists()


def test_without_javascript_the_only_hit_is_chosen_beside_who_was(
    desk: Client, marisol: Student, oak: School
) -> None:
    ben = a_listed_student(oak, "Ben", "Ash")

    answer = desk.post(f"{LATE}search/", {"q": "ash", "s": marisol.pk})

    assert answer["Location"] == f"{LATE}?s={marisol.pk}&s={ben.pk}"


def test_a_namesake_is_marked_before_anybody_is_written_down(
    desk: Client, marisol: Student, oak: School
) -> None:
    a_listed_student(oak, middle_name="Luz", identifier="20099025", sourced_id="luz")

    assert "Same name" in page(desk.get(LATE, {"s": marisol.pk}))


def test_an_administrator_sets_the_bells_and_a_clerk_cannot(
    desk: Client, client: Client, oak: School
) -> None:
    by_clerk = desk.post(f"{OAK}/bell-schedule/", {"lines": "1 08:00-08:50"})
    client.force_login(a_district_admin(oak.district))
    wrong = client.post(f"{OAK}/bell-schedule/", {"lines": "1 late"})
    client.post(f"{OAK}/bell-schedule/", {"lines": "1 8:00 am - 8:50 am"})

    assert by_clerk.status_code == 404
    assert (wrong.status_code, "is no period" in page(wrong)) == (422, True)
    assert BellSchedule.objects.get().lines == "1 08:00-08:50"
    assert AuditEntry.objects.filter(action="bell_schedule.set").count() == 1


def test_a_day_of_records_is_one_chain_and_a_changed_one_shows(
    desk: Client, marisol: Student, robert: Guardian, oak: School
) -> None:
    record(desk, marisol)
    late = DeskEvent.objects.get()
    undo(desk, late)
    leave(desk, marisol)
    desk.post(f"{OAK}/return/{marisol.pk}/")
    whole = list(broken_links(oak, TODAY))

    DeskEvent.objects.filter(pk=late.pk).update(excused=True)

    checked = check(oak.district)
    assert whole == []
    assert list(broken_links(oak, TODAY)) == [late]
    assert (checked.days, checked.events, checked.broken) == (1, 4, (late,))


def test_a_record_that_was_taken_out_shows_at_the_one_behind_it(
    desk: Client, marisol: Student, oak: School
) -> None:
    for _ in range(3):
        record(desk, marisol, all_the_same="on")
    _, second, third = DeskEvent.objects.order_by("id")

    second.delete()

    assert list(broken_links(oak, TODAY)) == [third]


def leave(desk: Client, marisol: Student) -> HttpResponse:
    """Robert takes Marisol, as the early departure page does it."""
    address = f"{OAK}/early-departure/{marisol.pk}"
    said = {"name": "Robert Rivera", "evidence": ["photo_id"]}
    for _ in range(2):
        shown = desk.post(f"{address}/verdict/", said)
        said["shown"] = shown.context["sealed"]
    return desk.post(f"{address}/release/", {**said, "reason": "appointment"})


def undo(desk: Client, event: DeskEvent) -> HttpResponse:
    address = f"{OAK}/early-departure/record/{event.pk}/undo/"
    return desk.post(address, {"reason": "the wrong child was chosen"})


@pytest.mark.parametrize(
    ("period", "minutes", "words"),
    [
        ("2", 17, "Period 2, 17 min late"),
        ("Homeroom", 3, "Homeroom, 3 min late"),
        ("1", 0, "Period 1, before the first bell"),
        ("", 500, "after the last bell"),
        ("", None, ""),
    ],
)
def test_how_late_it_is_in_words(period: str, minutes: int | None, words: str) -> None:
    assert late_in_words(period, minutes) == words


# --- who came earlier than she is written down ---------------------------------------------------


def test_an_earlier_time_counts_with_a_note_and_stands_in_slip_log_and_sheet(
    desk: Client, marisol: Student, bells: BellSchedule
) -> None:
    assert record(desk, marisol, came_at="08:30").status_code == 409
    assert not DeskEvent.objects.exists()

    record(desk, marisol, came_at="08:30", note="Seen at the door by Mr. Lee")

    event = DeskEvent.objects.get()
    assert (event.period, event.minutes) == ("1", 30)
    assert event.decided_at == NOW
    assert "late at 8:30 AM" in page(desk.get(f"{OAK}/early-departure/record/{event.pk}/"))
    assert "8:30 AM" in page(desk.get(f"{OAK}/log/"))
    sheet = desk.post(f"{OAK}/log/sheet/", {"first": "2026-11-23", "last": "2026-11-23"})
    assert "08:30" in sheet.content.decode()


def test_a_time_that_has_not_come_is_refused(desk: Client, marisol: Student) -> None:
    answer = record(desk, marisol, came_at="15:00", note="A long note about it")

    assert answer.status_code == 409
    assert "has not come yet" in page(answer)
    assert not DeskEvent.objects.exists()


def test_the_minute_that_runs_is_now_and_needs_no_note(desk: Client, marisol: Student) -> None:
    record(desk, marisol, came_at="13:42")

    assert DeskEvent.objects.get().opened_at == NOW

"""Rules about the child: is it the right one, is it here, and what does it say."""

from schoolgate.frontdesk.cases import Attendance, Purpose
from schoolgate.frontdesk.recognition import Recognition, known
from schoolgate.frontdesk.rule import Finding, clock


def x6_not_here(who: Recognition) -> Finding | None:
    case, today = who.case, who.case.today
    if not case.student.active:
        return Finding(words={"what": "No longer a student of this district"})
    if case.school_id not in case.student.school_ids:
        return Finding(words={"what": "Not on this school's list"})
    attendance = known(today.attendance, "attendance")
    if attendance is Attendance.IN_CLASS:
        return None
    if attendance is Attendance.ABSENT:
        return Finding(words={"what": "Absent today"})
    companion = f" with {today.left_with}" if today.left_with else ""
    return Finding(words={"what": f"Left {clock(today.left_at)}{companion}"})


def x4_held(who: Recognition) -> Finding | None:
    hold = who.case.student.hold
    leaves = who.case.purpose is Purpose.RELEASE
    return Finding(words={"why": hold.rstrip(".")}) if hold and leaves else None


def n7_releases_have_ended(who: Recognition) -> Finding | None:
    ends, now = who.case.policy.releases_end_at, who.case.now
    if ends is None or who.case.purpose is not Purpose.RELEASE or now.time() < ends:
        return None
    return Finding(words={"at": f"{ends:%I:%M %p}".lstrip("0")})


def x7_child_objects(who: Recognition) -> Finding | None:
    return Finding() if who.case.child_objects else None


def a8_agency(who: Recognition) -> Finding | None:
    return Finding() if who.case.agency else None


def a9_no_was_taken_back(who: Recognition) -> Finding | None:
    taken_back = who.case.child_objected and not who.case.child_objects
    return Finding() if taken_back else None


def c1_namesake(who: Recognition) -> Finding | None:
    namesakes = known(who.case.namesakes, "students of like name")
    if not namesakes:
        return None
    return Finding(words={"why": "; ".join(dict.fromkeys(one.nearness for one in namesakes))})

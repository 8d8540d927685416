"""Reports of a desk: a form, one read, one answer."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from schoolgate.audit import log as audit
from schoolgate.frontdesk.access import desk_page
from schoolgate.frontdesk.desk import Desk
from schoolgate.frontdesk.reports.forms import ReportForm
from schoolgate.frontdesk.reports.queries import students_of
from schoolgate.frontdesk.reports.screens import report_of, reports_screen
from schoolgate.frontdesk.reports.sheet import write_sums
from schoolgate.web.htmx import render

PAGE = "frontdesk/reports.html"
UNPROCESSABLE = 422

at_desk = desk_page(timezone.now)


@require_GET
@at_desk
def reports(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = ReportForm(request.GET, today=desk.today)
    status = 200 if form.is_valid() else UNPROCESSABLE
    return render(request, PAGE, reports_screen(desk, form), status=status)


@require_POST
@at_desk
def sums(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = ReportForm(request.POST, today=desk.today)
    if not form.is_valid():
        return render(request, PAGE, reports_screen(desk, form), status=UNPROCESSABLE)
    days = form.cleaned_data
    report = report_of(desk, days)
    students = students_of(desk, report.students)
    audit.record(
        "desk.exported",
        at=desk.now,
        district_id=desk.school.district_id,
        actor_id=desk.by.pk,
        subject=f"school:{desk.school.pk}",
        first=str(days["first"]),
        last=str(days["last"]),
        students=len(students),
    )
    lines = (
        (
            {
                "school_code": desk.school.code,
                "student_sourced_id": one.sourced_id or "",
                "student_identifier": one.identifier,
                "family_name": one.family_name,
                "given_name": one.given_name,
            },
            report.students[pk],
        )
        for pk, one in sorted(students.items())
    )
    answer = HttpResponse(write_sums(lines), content_type="text/csv; charset=utf-8")
    name = f"{desk.school.code}-sums-{days['first']}-{days['last']}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer

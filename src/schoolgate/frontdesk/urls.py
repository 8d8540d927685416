"""The addresses of a school's desk. No name and no search ever stands in one."""

from django.urls import include, path

from schoolgate.frontdesk import views
from schoolgate.frontdesk.agencies import urls as agencies
from schoolgate.frontdesk.arrivals import urls as arrivals
from schoolgate.frontdesk.authorisations import urls as authorisations
from schoolgate.frontdesk.collecting import urls as collecting
from schoolgate.frontdesk.daily_list import urls as daily_list
from schoolgate.frontdesk.day_log import urls as day_log
from schoolgate.frontdesk.errands import EARLY_DEPARTURE, VISIT
from schoolgate.frontdesk.help import urls as help_urls
from schoolgate.frontdesk.kiosk import urls as kiosk
from schoolgate.frontdesk.missing import urls as missing
from schoolgate.frontdesk.register import urls as register
from schoolgate.frontdesk.relationships import urls as relationships
from schoolgate.frontdesk.reports import urls as reports
from schoolgate.frontdesk.visits import urls as visits

app_name = "frontdesk"

leaving = {"errand": EARLY_DEPARTURE}
departures = [
    path("", views.home, leaving, name="early_departure"),
    path("search/", views.search, leaving, name="search"),
    path("elsewhere/", views.elsewhere, leaving, name="elsewhere"),
    path("<int:student_id>/", views.child, leaving, name="child"),
    path("<int:student_id>/verdict/", views.verdict, leaving, name="verdict"),
    path("<int:student_id>/release/", views.finish, leaving, name="release"),
    path("<int:student_id>/not-released/", views.refuse, leaving, name="refuse"),
    path("record/<int:event_id>/", views.event, name="event"),
    path("record/<int:event_id>/undo/", views.undo, name="undo"),
]
seeing = {"errand": VISIT}
to_students = [
    path("search/", views.search, seeing, name="visit_search"),
    path("elsewhere/", views.elsewhere, seeing, name="visit_elsewhere"),
    path("<int:student_id>/", views.child, seeing, name="visit_child"),
    path("<int:student_id>/verdict/", views.verdict, seeing, name="visit_verdict"),
    path("<int:student_id>/sign-in/", views.finish, seeing, name="sign_in"),
    path("<int:student_id>/not-signed-in/", views.refuse, seeing, name="not_signed_in"),
]

DESK = "d/<slug:district>/desk/<slug:school>/"
urlpatterns = [
    path(f"{DESK}early-departure/", include(departures)),
    path(f"{DESK}visit/", include(to_students)),
    path(DESK, include(agencies.urlpatterns)),
    path(DESK, include(arrivals.urlpatterns)),
    path(DESK, include(authorisations.urlpatterns)),
    path(DESK, include(collecting.urlpatterns)),
    path(DESK, include(daily_list.urlpatterns)),
    path(DESK, include(day_log.urlpatterns)),
    path(DESK, include(help_urls.urlpatterns)),
    path(DESK, include(kiosk.desk_urlpatterns)),
    path(DESK, include(missing.urlpatterns)),
    path("kiosk/", include(kiosk.urlpatterns)),
    path(DESK, include(register.urlpatterns)),
    path(DESK, include(relationships.urlpatterns)),
    path(DESK, include(reports.urlpatterns)),
    path(DESK, include(visits.urlpatterns)),
]

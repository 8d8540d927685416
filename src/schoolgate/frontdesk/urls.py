"""The addresses of a school's desk. No name and no search ever stands in one."""

from django.urls import include, path

from schoolgate.frontdesk import views
from schoolgate.frontdesk.arrivals import urls as arrivals
from schoolgate.frontdesk.day_log import urls as day_log
from schoolgate.frontdesk.register import urls as register

app_name = "frontdesk"

pages = [
    path("", views.early_departure, name="early_departure"),
    path("search/", views.search, name="search"),
    path("elsewhere/", views.elsewhere, name="elsewhere"),
    path("<int:student_id>/", views.child, name="child"),
    path("<int:student_id>/verdict/", views.verdict, name="verdict"),
    path("<int:student_id>/release/", views.release, name="release"),
    path("<int:student_id>/not-released/", views.refuse, name="refuse"),
    path("record/<int:event_id>/", views.event, name="event"),
    path("record/<int:event_id>/undo/", views.undo, name="undo"),
]

urlpatterns = [
    path("d/<slug:district>/desk/<slug:school>/early-departure/", include(pages)),
    path("d/<slug:district>/desk/<slug:school>/", include(arrivals.urlpatterns)),
    path("d/<slug:district>/desk/<slug:school>/", include(day_log.urlpatterns)),
    path("d/<slug:district>/desk/<slug:school>/", include(register.urlpatterns)),
]

"""The addresses of arrivals at a school's desk. No name and no search ever stands in one."""

from django.urls import path

from schoolgate.frontdesk.arrivals import views

urlpatterns = [
    path("late-arrival/", views.late, name="late"),
    path("late-arrival/search/", views.late_search, name="late_search"),
    path("late-arrival/record/", views.record_late, name="record_late"),
    path("return/", views.returns, name="returns"),
    path("return/<int:student_id>/", views.record_back, name="record_back"),
    path("bell-schedule/", views.bell_schedule, name="bell_schedule"),
]

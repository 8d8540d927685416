"""The addresses of who may collect a student. No name ever stands in one."""

from django.urls import path

from schoolgate.frontdesk.collecting import views

urlpatterns = [
    path("collecting/<int:student_id>/", views.collecting, name="collecting"),
    path("collecting/<int:student_id>/pickup/", views.say_pickup, name="say_pickup"),
    path("collecting/<int:student_id>/hold/", views.hold, name="hold"),
    path("collecting/<int:student_id>/hold/<int:hold_id>/end/", views.end_hold, name="end_hold"),
    path(
        "collecting/<int:student_id>/name/<int:alias_id>/forget/",
        views.forget_name,
        name="forget_name",
    ),
    path(
        "early-departure/record/<int:event_id>/remember/",
        views.remember_name,
        name="remember_name",
    ),
]

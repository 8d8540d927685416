"""The addresses of a release to an agency. No name ever stands in one."""

from django.urls import path

from schoolgate.frontdesk.agencies import views

urlpatterns = [
    path("agency/<int:student_id>/", views.agency, name="agency"),
    path("agency/<int:student_id>/check/", views.check, name="check_agency"),
    path("agency/<int:student_id>/release/", views.release, name="release_to_agency"),
]

"""The addresses of own lists. No name and no search ever stands in one."""

from django.urls import include, path

from schoolgate.roster.lists import views

app_name = "lists"

of_district = [
    path("", views.overview, name="overview"),
    path("load/", views.load_file, name="load"),
    path("load/preview/", views.show_preview, name="preview"),
    path("load/confirm/", views.confirm, name="confirm"),
    path("load/put-away/", views.put_away, name="put_away"),
]
of_school = [
    path("", views.of_school, name="school"),
    path("add/", views.add, name="add"),
    path("<int:student_id>/", views.change, name="change"),
    path("<int:student_id>/remove/", views.remove, name="remove"),
]

urlpatterns = [
    path("d/<slug:district>/own-lists/", include(of_district)),
    path("d/<slug:district>/desk/<slug:school>/own-list/", include(of_school)),
]

from django.urls import path

from schoolgate.registrations import views

app_name = "registrations"

urlpatterns = [
    path("d/<slug:district>/registrations/add/", views.add, name="add"),
    path("d/<slug:district>/registrations/add/csv/", views.add_csv, name="add_csv"),
    path("d/<slug:district>/registrations/<slug:slug>/settings/", views.change, name="settings"),
    path("d/<slug:district>/registrations/<slug:slug>/upload/", views.upload, name="upload"),
    path("d/<slug:district>/registrations/<slug:slug>/schools/", views.schools, name="schools"),
    path(
        "d/<slug:district>/registrations/<slug:slug>/schools/all/", views.take_all, name="take_all"
    ),
    path("d/<slug:district>/registrations/<slug:slug>/schools/look/", views.look, name="look"),
]

from django.urls import path

from schoolgate.sync import views

app_name = "sync"

urlpatterns = [
    path("districts/", views.districts, name="districts"),
    path("d/<slug:district>/", views.overview, name="overview"),
    path("d/<slug:district>/registrations/<slug:slug>/", views.registration, name="registration"),
    path("d/<slug:district>/registrations/<slug:slug>/sync/", views.sync_now, name="sync_now"),
    path("d/<slug:district>/runs/<int:run_id>/", views.run, name="run"),
]

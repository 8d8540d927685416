"""The addresses of reports."""

from django.urls import path

from schoolgate.frontdesk.reports import views

urlpatterns = [
    path("reports/", views.reports, name="reports"),
    path("reports/sheet/", views.sums, name="sums"),
]

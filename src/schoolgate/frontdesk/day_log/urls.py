"""The addresses of a desk's log. No name ever stands in one."""

from django.urls import path

from schoolgate.frontdesk.day_log import views

urlpatterns = [
    path("log/", views.log, name="log"),
    path("log/sheet/", views.sheet, name="sheet"),
]

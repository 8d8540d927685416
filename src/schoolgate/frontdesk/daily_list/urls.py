"""The addresses of the day's list."""

from django.urls import path

from schoolgate.frontdesk.daily_list import views

urlpatterns = [
    path("list/", views.daily_list, name="daily_list"),
    path("offline.js", views.worker, name="offline_worker"),
]

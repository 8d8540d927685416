"""The addresses of Parent-Student Relationships."""

from django.urls import path

from schoolgate.frontdesk.relationships import views

urlpatterns = [
    path("relationships/", views.relationships, name="relationships"),
    path("relationships/try/", views.try_it, name="try_relationships"),
]

"""The address of the question. The name that is asked for never stands in it."""

from django.urls import path

from schoolgate.frontdesk.missing import views

urlpatterns = [path("missing/<int:student_id>/", views.missing, name="missing")]

"""The addresses of temporary authorisations."""

from django.urls import path

from schoolgate.frontdesk.authorisations import views
from schoolgate.frontdesk.errands import EARLY_DEPARTURE, VISIT

leaving, seeing = {"errand": EARLY_DEPARTURE}, {"errand": VISIT}

urlpatterns = [
    path("authorisations/", views.authorisations, name="authorisations"),
    path("authorisations/<int:authorisation_id>/end/", views.withdraw, name="withdraw"),
    path("early-departure/<int:student_id>/ask/", views.ask, leaving, name="authorise"),
    path("early-departure/<int:student_id>/asked/", views.record, leaving, name="authorised"),
    path("visit/<int:student_id>/ask/", views.ask, seeing, name="visit_authorise"),
    path("visit/<int:student_id>/asked/", views.record, seeing, name="visit_authorised"),
]

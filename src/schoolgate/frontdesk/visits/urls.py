"""The addresses of visitors. No name ever stands in one."""

from django.urls import path

from schoolgate.frontdesk.visits import views

urlpatterns = [
    path("visits/", views.visits, name="visits"),
    path("visits/check/", views.check, name="check_visitor"),
    path("visits/sign-in/", views.sign_in, name="sign_in_visitor"),
    path("visits/turn-away/", views.turn_away, name="turn_away"),
    path("visits/expected/", views.expected, name="expected"),
    path("visits/expected/<int:expected_id>/end/", views.expect_no_more, name="expect_no_more"),
    path("visits/<int:visit_id>/sign-out/", views.sign_out, name="sign_out"),
    path("here/", views.here, name="here"),
]

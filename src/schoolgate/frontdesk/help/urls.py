"""The addresses of help. No name ever stands in one."""

from django.urls import path

from schoolgate.frontdesk.help import views

urlpatterns = [
    path("help/", views.help_page, name="help"),
    path("help/now/", views.now, name="help_now"),
    path("help/ask/", views.ask, name="ask_for_help"),
    path("help/<int:call_id>/coming/", views.answer, name="answer_help"),
    path("help/<int:call_id>/over/", views.end, name="end_help"),
    path("help/responders/", views.add_responder, name="add_responder"),
    path(
        "help/responders/<int:responder_id>/first/", views.first_responder, name="first_responder"
    ),
    path(
        "help/responders/<int:responder_id>/remove/",
        views.remove_responder,
        name="remove_responder",
    ),
]

"""The addresses of the restriction register. No name ever stands in one."""

from django.urls import path

from schoolgate.frontdesk.register import views

urlpatterns = [
    path("restrictions/", views.register, name="register"),
    path("restrictions/add/", views.add, name="add_restriction"),
    path("restrictions/add/search/", views.search, name="restriction_search"),
    path("restrictions/load/", views.load, name="load_restrictions"),
    path("restrictions/load/confirm/", views.confirm_load, name="confirm_restrictions"),
    path("restrictions/<int:restriction_id>/", views.restriction, name="restriction"),
    path("restrictions/<int:restriction_id>/lift/", views.lift, name="ask_to_lift"),
    path("restrictions/<int:restriction_id>/agree/", views.agree, name="agree_to_lift"),
    path("restrictions/<int:restriction_id>/keep/", views.keep, name="keep_restriction"),
]

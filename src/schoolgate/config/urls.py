"""Every address, room by room."""

from allauth.account import views as account
from django.urls import URLPattern, URLResolver, path
from django.urls import include as room

from schoolgate.config import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", room("schoolgate.districts.urls")),
    # Before the pages of one source: `registrations/add/` is no source.
    path("", room("schoolgate.registrations.urls")),
    path("", room("schoolgate.roster.lists.urls")),
    path("", room("schoolgate.sync.watch.urls")),
    path("", room("schoolgate.sync.urls")),
    path("", room("schoolgate.frontdesk.urls")),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", views.sign_out, name="account_logout"),
]

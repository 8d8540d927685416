"""Every address, room by room."""

from django.urls import URLPattern, URLResolver, path
from django.urls import include as room
from allauth.account import views as account

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
]

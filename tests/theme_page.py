"""Addresses of a page that shows every piece of the theme once, for the browser tests alone."""

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import RequestContext, Template
from django.urls import path

from schoolgate.config.urls import urlpatterns as addresses

PAGE = Template(Path(__file__).with_suffix(".html").read_text(encoding="utf-8"))
FOUND = """
<a class="sg-option" role="option" id="s1" href="/theme/?student=1">RIVERA, Marisol J.</a>
<a class="sg-option" role="option" id="s2" href="/theme/?student=2">REYES, Marco</a>
"""
VERDICT = '<div class="sg-verdict allow"><h2 data-focus>ALLOW</h2></div>'


def theme(request: HttpRequest) -> HttpResponse:
    return HttpResponse(PAGE.render(RequestContext(request)))


def found(request: HttpRequest) -> HttpResponse:
    return HttpResponse(FOUND)


def verdict(request: HttpRequest) -> HttpResponse:
    return HttpResponse(VERDICT)


def broken(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)


urlpatterns = [
    *addresses,
    path("theme/", theme),
    path("theme/found/", found),
    path("theme/verdict/", verdict),
    path("theme/broken/", broken),
]

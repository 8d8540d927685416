from django.test import RequestFactory

from schoolgate.web.htmx import render

WHOLE = "web/error.html"
PART = "web/parts/empty.html"


def test_a_browser_gets_the_whole_page() -> None:
    request = RequestFactory().get("/")

    response = render(request, WHOLE, {"title": "Nobody yet"}, part=PART)

    assert b"<!doctype html>" in response.content


def test_a_swap_gets_only_its_part() -> None:
    request = RequestFactory().get("/", headers={"HX-Request": "true"})

    response = render(request, WHOLE, {"title": "Nobody yet"}, part=PART)

    assert b"<!doctype html>" not in response.content
    assert b"Nobody yet" in response.content


def test_a_boosted_link_gets_the_whole_page() -> None:
    request = RequestFactory().get("/", headers={"HX-Request": "true", "HX-Boosted": "true"})

    response = render(request, WHOLE, {}, part=PART)

    assert b"<!doctype html>" in response.content


def test_the_back_button_gets_the_whole_page() -> None:
    request = RequestFactory().get(
        "/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}
    )

    response = render(request, WHOLE, {}, part=PART)

    assert b"<!doctype html>" in response.content


def test_caches_keep_the_page_and_its_part_apart() -> None:
    response = render(RequestFactory().get("/"), WHOLE, {}, part=PART)

    assert response["Vary"] == "HX-Request, HX-Boosted, HX-History-Restore-Request"


def test_a_form_with_errors_keeps_its_status() -> None:
    response = render(RequestFactory().get("/"), WHOLE, {}, part=PART, status=422)

    assert response.status_code == 422

"""What is told of a request: its view, its status and its milliseconds."""

import pytest
import structlog
from django.test import Client
from structlog.testing import capture_logs


@pytest.mark.django_db
def test_a_request_is_told_by_its_view_and_never_by_its_address(client: Client) -> None:
    with capture_logs() as events:
        client.get("/sign-in/?next=/d/maple-valley/&q=Marisol")

    (event,) = [each for each in events if each["event"] == "web.request"]
    assert event.pop("ms") >= 0
    assert event == {
        "event": "web.request",
        "log_level": "info",
        "view": "account_login",
        "method": "GET",
        "status": 200,
    }


def test_an_address_that_is_none_of_ours_is_told_without_it(client: Client) -> None:
    with capture_logs() as events:
        client.get("/children/marisol-rivera/")

    (event,) = [each for each in events if each["event"] == "web.request"]
    assert (event["view"], event["status"]) == ("none", 404)
    assert "marisol" not in str(events)


def test_probes_are_not_told(client: Client) -> None:
    with capture_logs() as events:
        client.get("/healthz")

    assert events == []
    assert structlog.is_configured()

"""Pages for everybody: our own files, errors in plain words, and how the house says that it is well."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import pulse
from app.runtime import Runtime
from app.web import plug, static
from app.web.guard import Guard, guarded
from tests.web.visiting import plugged


def test_a_file_with_todays_fingerprint_is_kept_for_a_year(web: Flask, client: FlaskClient) -> None:
    with web.test_request_context():
        address = static.url("perennial.css")
    for path, kept in ((address, "immutable"), ("/static/perennial.css?v=old", "max-age=300")):
        with client.get(path) as answer:
            assert answer.status_code == 200
            assert answer.mimetype == "text/css"
            assert kept in answer.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["nothing.css", "../config.py", "%2e%2e/config.py", "..%2fconfig.py", "/etc/passwd"])
def test_no_other_file_is_handed_out(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_an_error_is_a_page_for_people_and_json_for_programs(client: FlaskClient) -> None:
    page, data = client.get("/nowhere<script>"), client.post("/webhooks/nobody")
    assert (page.status_code, "There is nothing here" in page.text) == (404, True)
    assert "<script" not in page.text
    assert data.status_code == 404
    assert set(data.get_json()) == {"error", "sentence"}
    assert client.post("/").status_code == 405


def test_a_fault_of_ours_tells_nothing_of_itself(runtime: Runtime) -> None:
    web = plug(runtime)

    @guarded(Guard.PUBLIC)
    def broken() -> str:
        raise ValueError("anna@example.com")

    web.add_url_rule("/broken", "broken", broken)
    answer = web.test_client().get("/broken")
    assert (answer.status_code, "on our side" in answer.text) == (500, True)
    assert "anna" not in answer.text


def test_an_app_behind_https_says_so(runtime: Runtime, client: FlaskClient) -> None:
    secure = replace(runtime, config=replace(runtime.config, app_url="https://app.example.com"))
    answer = plugged(secure).test_client().get("/install/shopify?shop=corner.myshopify.com")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "Strict-Transport-Security" not in client.get("/").headers


def test_the_house_says_that_it_is_well(runtime: Runtime, client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"database": "ok"}
    assert client.get("/healthz/worker").status_code == 503
    pulse.beat(runtime)
    assert client.get("/healthz/worker").get_json() == {"worker": "ok"}

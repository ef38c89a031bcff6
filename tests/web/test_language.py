"""In which language and spelling a page of the admin comes: the visitor's, with the store's zone and money."""

from datetime import timedelta

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from app.runtime import Runtime
from app.web.visitors import Desk
from app.web.words import ago, birthday, day, moment, money, number
from connectors.base import Visitor
from tests.conftest import NOW
from tests.web.visiting import House, id_token, staff_of


def _home(runtime: Runtime, client: FlaskClient, store: House, accepts: str) -> str:
    return client.get("/admin/home", headers={**staff_of(runtime, store), "Accept-Language": accepts}).text


@pytest.mark.parametrize(
    ("accepts", "said"),
    [
        ("de", "Die richtige Nachricht"),
        ("de-AT,en;q=0.5", "Die richtige Nachricht"),
        ("fr,de;q=0.5", "Die richtige Nachricht"),
        ("en-GB,de;q=0.5", "The right message"),
        ("fr", "The right message"),
        ("", "The right message"),
        ("../../etc", "The right message"),
    ],
)
def test_a_part_comes_in_the_language_that_the_page_around_it_has(
    runtime: Runtime, client: FlaskClient, corner: House, accepts: str, said: str
) -> None:
    assert said in _home(runtime, client, corner, accepts)


def test_what_the_stores_admin_says_goes_before_the_browser(
    runtime: Runtime, client: FlaskClient, corner: House
) -> None:
    query = {"embedded": "1", "id_token": id_token(runtime, corner), "locale": "de-DE"}
    page = client.get("/admin/home", query_string=query, headers={"Accept-Language": "en"}).text
    assert '<html lang="de"' in page
    assert "locale=de-DE" in page.partition('data-hint="')[2].partition('"')[0], "a reload keeps it"
    assert "Berichte" in page


@pytest.mark.parametrize(
    ("language", "store_says", "said"),
    [
        ("en", "en", ["1,691", "€12.50", "Nov 20", "today, 1:00\u202fPM", "in 3 days"]),
        ("en", "de-DE", ["1,691", "€12.50", "Nov 20", "today, 1:00\u202fPM", "in 3 days"]),
        ("de", "de-DE", ["1.691", "12,50\xa0€", "20. Nov.", "heute, 13:00", "in 3 Tagen"]),
        ("de", "de-CH", ["1’691", "EUR\xa012.50", "20. Nov.", "heute, 13:00", "in 3 Tagen"]),
    ],
)
def test_numbers_money_and_times_are_written_as_the_visitor_reads_them_where_the_store_is(
    web: Flask, corner: House, language: str, store_says: str, said: list[str]
) -> None:
    """The clock says noon in UTC; the store is in Berlin and counts in euro."""
    with web.test_request_context(headers={"Accept-Language": language}):
        g.desk = Desk(corner.id, "shopify", corner.address, SOMEBODY, "Corner", store_says, "Europe/Berlin", "EUR")
        told = [number(1691), money(1250), day(NOW), moment(NOW), ago(NOW + timedelta(days=3))]
        born = [birthday("1990-02-28"), birthday("--02-29")]
    assert told == said
    assert born == (["February 28, 1990", "February 29"] if language == "en" else ["28. Februar 1990", "29. Februar"])


SOMEBODY = Visitor(address="corner.myshopify.com", user_id="42", token_id="t", expires_at=NOW)

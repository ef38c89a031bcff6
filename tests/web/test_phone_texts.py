"""What the pages say of a workflow that speaks by phone: whether it is set up, and what each text costs."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from app.choices import choose
from app.config import Config
from app.pipeline.switch import switch
from app.runtime import Runtime
from tests.conftest import NOW
from tests.web.pages_town import Browser
from tests.web.visiting import House

WORKFLOW = "/admin/workflows/abandoned_checkout_text"
NOT_SET_UP = "Texts are not set up here"


def test_a_page_and_its_switch_say_that_texts_are_not_set_up_and_mail_is(
    runtime: Runtime, client: FlaskClient, corner: House
) -> None:
    asks = Browser(client, runtime, corner)
    assert NOT_SET_UP in asks.get(WORKFLOW).text
    assert NOT_SET_UP in asks.get(f"{WORKFLOW}/switch?to=on").text
    assert "not set up" not in asks.get("/admin/workflows/welcome/switch?to=on").text
    assert "Text message" in asks.get(WORKFLOW).text
    assert "not set up" not in asks.get("/admin/workflows/welcome").text


def test_the_preview_counts_the_segments_of_a_text_and_says_what_makes_it_dear(
    runtime: Runtime, client: FlaskClient, corner: House
) -> None:
    asks = Browser(client, runtime, corner)
    page = asks.get(f"{WORKFLOW}/texts/reminder").text
    assert "1 segment<" in page
    assert "Reply STOP to opt out." in page
    assert "by STOP, or by a link where the sender cannot be answered" in page
    about_orders = asks.get("/admin/workflows/shipping_text/texts/shipped").text
    assert "Reply STOP to opt out." in about_orders
    assert "added where the sender can be answered" in about_orders
    dear = asks.post(
        f"{WORKFLOW}/texts/reminder/preview", source="{{ store.name }}\nThere is still room 🎁 for you"
    ).text
    assert "UCS-2" in dear
    assert "🎁" in dear.partition("dearer")[2]


def test_a_text_of_more_segments_than_leave_is_refused(runtime: Runtime, client: FlaskClient, corner: House) -> None:
    asks = Browser(client, runtime, corner)
    page = asks.post(f"{WORKFLOW}/texts/reminder", source="{{ store.name }}\n" + "Come back soon. " * 110)
    assert page.status_code == 422
    assert "at most 10 leave as one text" in page.text


def test_a_page_shows_no_clicks_as_a_number_where_nobody_counts_them(
    runtime: Runtime, client: FlaskClient, corner: House
) -> None:
    asks = Browser(client, runtime, corner)
    with runtime.database.write() as session:
        for name in ("abandoned_checkout_text", "shipping_text"):
            switch(session, store_id=corner.id, workflow=name, is_on=True, now=NOW)

    def clicks(name: str) -> str:
        card = asks.get("/admin/workflows").text.partition(f'id="workflow-{name}"')[2].partition("</article>")[0]
        return card.partition("<dt>Clicks</dt><dd>")[2].partition("</dd>")[0]

    assert clicks("abandoned_checkout_text") == "0"
    assert clicks("shipping_text") == "not counted", "it is no marketing"
    with runtime.database.write() as session:
        choose(session, corner.id, wraps_links=False)
    assert clicks("abandoned_checkout_text") == "not counted"


class TestWherePhonesReachUs:
    """At an https address links are counted, and a text is as long as it leaves."""

    @pytest.fixture
    def config(self, config: Config) -> Config:
        return replace(config, app_url="https://app.example.com")

    def test_the_preview_shows_and_counts_short_links(
        self, runtime: Runtime, client: FlaskClient, corner: House
    ) -> None:
        asks = Browser(client, runtime, corner)
        source = "{{ store.name }}\nBack to https://shop.example.com/" + "a-long-way/" * 30
        shown = asks.post(f"{WORKFLOW}/texts/reminder/preview", source=source).text
        assert "1 segment<" in shown
        assert "https://app.example.com/s/" in shown
        with runtime.database.write() as session:
            choose(session, corner.id, wraps_links=False)
        bare = asks.post(f"{WORKFLOW}/texts/reminder/preview", source=source).text
        assert "3 segments<" in bare
        assert "/s/" not in bare

    def test_what_is_too_long_is_judged_as_it_leaves(
        self, runtime: Runtime, client: FlaskClient, corner: House
    ) -> None:
        asks = Browser(client, runtime, corner)
        source = "{{ store.name }}\n" + ("https://shop.example.com/" + "a-long-way/" * 30 + "\n") * 5
        assert asks.post(f"{WORKFLOW}/texts/reminder", source=source).status_code == 200
        with runtime.database.write() as session:
            choose(session, corner.id, wraps_links=False)
        refused = asks.post(f"{WORKFLOW}/texts/reminder", source=source)
        assert refused.status_code == 422

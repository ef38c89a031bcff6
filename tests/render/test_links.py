"""Links as they leave: marks for the store alone, counted by a link that leads nowhere else, and never one of our own doors."""

from dataclasses import replace

import pytest

from app.keys import Signer
from app.links import (
    Unsubscription,
    counted_url,
    is_view,
    read_counted,
    read_unsubscribe,
    unsubscribe_url,
    view_url,
)
from app.render.links import Way, led, marked
from connectors.records import Medium
from tests.render.cast import VOICE, filled
from tests.render.reading import read

SIGNER = Signer(("a-secret-of-the-house",))
OURS = "https://app.example.com"
MARKS = (("utm_source", "perennial"), ("utm_campaign", "welcome"))


def _counted(target: str) -> str:
    return counted_url(SIGNER, OURS, store_id=1, message_id=7, target=target)


WAY = Way("store.example.com", MARKS, OURS, _counted)


def _links(source: str, way: Way = WAY) -> list[str]:
    voice = replace(
        VOICE, unsubscribe_url=f"{OURS}/u/x", preferences_url=f"{OURS}/u/x/preferences", view_url=None, way=way
    )
    return [one.attributes["href"] or "" for one in read(filled(source, voice=voice).html).named("a")]


def test_a_link_into_the_store_is_marked_and_one_to_elsewhere_is_not() -> None:
    straight = replace(WAY, wrap=None)
    links = _links("[a]({{ store.url }}) [b](https://elsewhere.example.com/x?y=1&z=2)", straight)
    assert links == [
        "https://store.example.com?utm_source=perennial&utm_campaign=welcome",
        "https://store.example.com?utm_source=perennial&utm_campaign=welcome",
        "https://elsewhere.example.com/x?y=1&z=2",
        f"{OURS}/u/x",
        f"{OURS}/u/x/preferences",
    ]


@pytest.mark.parametrize(
    ("address", "becomes"),
    [
        ("https://www.store.example.com/p?a=1#top", "https://www.store.example.com/p?a=1&utm_source=perennial&utm_campaign=welcome#top"),
        ("https://store.example.com/p?utm_source=mine", "https://store.example.com/p?utm_source=mine&utm_campaign=welcome"),
        ("https://store.example.com.evil.example/p", "https://store.example.com.evil.example/p"),
    ],
)  # fmt: skip
def test_marks_join_what_stands_there(address: str, becomes: str) -> None:
    assert marked(address, "store.example.com", marks=MARKS) == becomes


def test_a_counted_link_leads_to_where_it_led_and_our_own_doors_are_never_counted() -> None:
    links = _links("[b](https://elsewhere.example.com/x?y=1&z=2)")
    assert links[-2:] == [f"{OURS}/u/x", f"{OURS}/u/x/preferences"]
    store, message, mark, shown = links[1].removeprefix(f"{OURS}/l/").split("/")
    assert (store, message) == ("1", "7")
    assert read_counted(SIGNER, shown, store_id=1, message_id=7, mark=mark) == "https://elsewhere.example.com/x?y=1&z=2"
    assert read_counted(SIGNER, shown, store_id=1, message_id=8, mark=mark) is None, "another message's"
    other = _counted("https://evil.example").rpartition("/")[2]
    assert read_counted(SIGNER, other, store_id=1, message_id=7, mark=mark) is None, "another target"
    assert read_counted(SIGNER, "%%%", store_id=1, message_id=7, mark="é") is None


def test_without_marks_and_counting_nothing_is_touched() -> None:
    page = '<a href="https://store.example.com/a?b=1&amp;c=2">x</a>'
    assert led(page, Way()) == page


def test_a_link_to_read_one_message_opens_no_other() -> None:
    token = view_url(SIGNER, OURS, store_id=1, message_id=7).rpartition("/")[2]
    assert [is_view(SIGNER, token, store_id=1, message_id=number) for number in (7, 8)] == [True, False]
    assert not is_view(SIGNER, "é", store_id=1, message_id=7)


def test_the_frame_speaks_the_language_of_the_store() -> None:
    german = filled("[a]({{ store.url }})", voice=replace(VOICE, locale="de-AT"))
    assert "Abmelden: https://store.example.com/unsubscribe" in german.text
    assert "Im Browser lesen" in german.html
    unknown = filled("[a]({{ store.url }})", voice=replace(VOICE, locale="tlh"))
    assert "Unsubscribe: " in unknown.text


def test_a_link_outlives_the_key_that_signed_it_as_long_as_that_stays_in_the_list() -> None:
    link = unsubscribe_url(SIGNER, OURS, store_id=1, customer_id=42, medium=Medium.EMAIL, message_id=7)
    token = link.rpartition("/")[2]
    rotated, gone = Signer(("a-newer-secret", "a-secret-of-the-house")), Signer(("a-newer-secret",))
    assert read_unsubscribe(rotated, token) == Unsubscription(1, 42, Medium.EMAIL, 7)
    assert read_unsubscribe(gone, token) is None
    assert unsubscribe_url(rotated, OURS, store_id=1, customer_id=42, medium=Medium.EMAIL, message_id=7) != link


@pytest.mark.parametrize(
    "token", ["", ".", "1.42.email.7", "1.43.email.7.{mark}", "1.42.sms.7.{mark}", "1.42.email.7.{mark}0"]
)
def test_nobody_makes_another_person_s_link_out_of_their_own(token: str) -> None:
    own = unsubscribe_url(SIGNER, OURS, store_id=1, customer_id=42, medium=Medium.EMAIL, message_id=7)
    assert read_unsubscribe(SIGNER, token.format(mark=own.rpartition(".")[2])) is None

"""A form says to the letter what the whole way says, whoever is written to and however the store speaks."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.render import Text, Voice, forms, load, walks, whole
from app.render.links import STRAIGHT, Way
from app.render.text import compiled
from tests.render.cast import VOICE, facts
from tests.render.test_golden import TEXTS
from workflows.language import Facts, ItemFacts

OURS = "https://app.example.com"
EVERY_TURN = """{{ customer.first_name | default("You") }} & {{ product.title }}
Hello {{ customer.first_name }}, {% if customer.last_name and not code.word %}or {{ customer.last_name }}{% endif %}

{% if customer.orders > 2 %}You were here {{ customer.orders }} times.{% elif code.word %}`{{ code.word }}`{% endif %}

[{{ product.title }}]({{ product.url }}) ![{{ product.title }}]({{ product.image_url }}) {{ product.url }}

{% if customer.orders > 1 %}
{% for item in order.items | take(2) %}
- {% if item.image_url %}![{{ item.title }}]({{ item.image_url }}){% endif %}{{ item.quantity }} × {{ item.title | upper }}
{% endfor %}
{% endif %}
{% for one in order.items %}{% if one.quantity > 1 %}[{{ one.title }}]({{ one.url }}){% endif %} {{ store.name }},{% endfor %}

[elsewhere](https://elsewhere.example.com/?a=1&b=2) [here]({{ store.url }})
{% if unsubscribe_url %}[out]({{ unsubscribe_url }}){% endif %}
"""
OF_OURS = [load(name) for name in TEXTS]
WAYS = st.sampled_from(
    [
        STRAIGHT,
        Way("store.example.com", (("utm_source", "a&b"),), OURS),
        Way("store.example.com", (("utm_source", "x"),), OURS, lambda target: f"{OURS}/l/7/{len(target)}?{target}"),
        Way("store.example.com", (), "", lambda target: f"{OURS}/l/{target}"),
    ]
)
ADDRESSES = st.sampled_from(
    [None, "", "https://store.example.com/p", "https://store.example.com/p?v=1&w=ü", "ftp://x", "javascript:a"]
)
DOORS = st.sampled_from([None, f"{OURS}/u/1.2.email.7.abc", f"{OURS}/u/1?a=<b>"])
WORDS = st.one_of(st.none(), st.text(max_size=20), st.sampled_from(["Anna", "<b>&amp;", "{{ x }}", "سارة", "a" * 300]))


@st.composite
def people(draw: Any) -> Facts:
    known = facts(code=draw(st.sampled_from([None, "ANNA-7K2P"])))
    assert known.product is not None
    assert known.order is not None
    assert known.checkout is not None
    named = {"first_name": draw(WORDS), "last_name": draw(WORDS), "orders": draw(st.integers(0, 4))}
    thing = {"title": draw(WORDS) or "", "url": draw(ADDRESSES), "image_url": draw(ADDRESSES)}
    items = tuple(draw(st.lists(things(), max_size=3)))
    return replace(
        known,
        customer=replace(known.customer, **named),
        product=replace(known.product, **thing),
        order=replace(known.order, items=items),
        checkout=replace(known.checkout, items=items),
    )


@st.composite
def things(draw: Any) -> ItemFacts:
    title, price = draw(WORDS) or "", draw(st.sampled_from([0, 1250]))
    return ItemFacts(title, draw(st.integers(0, 2)), price, "7", draw(ADDRESSES), draw(ADDRESSES))


@st.composite
def voices(draw: Any) -> Voice:
    said = {
        "store_name": draw(WORDS) or "Store",
        "locale": draw(st.sampled_from(["en", "de", "ar"])),
        "way": draw(WAYS),
    }
    doors = {name: draw(DOORS) for name in ("unsubscribe_url", "preferences_url", "view_url")}
    return replace(VOICE, **said, **doors)


@given(text=st.sampled_from([*OF_OURS, compiled("every_turn", EVERY_TURN)]), known=people(), voice=voices())
def test_a_form_says_what_the_whole_way_says(text: Text, known: Facts, voice: Voice) -> None:
    said = forms.filled(text, known, voice=voice)
    assert said is None or said == whole(text, known, voice=voice)


def test_every_text_of_ours_has_a_form() -> None:
    assert {one.name for one in OF_OURS if forms.filled(one, facts(), voice=VOICE) is None} == set()


def test_what_is_said_of_a_thing_is_written_once_for_all_who_bought_it(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[Any, Any] = {}
    monkeypatch.setattr(walks, "_kept", kept)
    known, text = facts(), load("order_confirmation")
    written: list[int] = []
    for first_name in ("Anna", "Ben"):
        person = replace(known, customer=replace(known.customer, first_name=first_name))
        assert forms.filled(text, person, voice=VOICE) == whole(text, person, voice=VOICE)
        written.append(len(kept))
    assert written[0] == written[1] > 0


def test_what_a_message_does_not_have_is_no_empty_list() -> None:
    assert forms.filled(load("order_confirmation"), replace(facts(), order=None), voice=VOICE) is None


def test_one_form_serves_everybody_and_keeps_nobody_s_words(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[Any, forms.Form] = {}
    monkeypatch.setattr(forms, "_kept", kept)
    for name in ("Anna", "Ben", "Cleo"):
        known = facts()
        known = replace(known, customer=replace(known.customer, first_name=name))
        said = forms.filled(load("welcome_hello"), known, voice=replace(VOICE, unsubscribe_url=f"{OURS}/u/{name}"))
        assert said is not None
        assert f"Hello {name}," in said[1]
    assert len(kept) == 1
    assert not any(name in repr(kept) for name in ("Anna", "Ben", "Cleo"))


@pytest.mark.parametrize(
    "source",
    [
        "{{ customer.first_name | upper }}",
        '{% if customer.first_name == "Anna" %}a{% endif %}',
        "{% for item in order.items %}{{ order.number }}{% endfor %}",
        "{% for item in order.items %}{{ item.title }}{% else %}nothing{% endfor %}",
        "[q](https://store.example.com/?q={{ product.title }})",
    ],
)
def test_what_changes_a_person_s_words_or_asks_about_them_has_no_form(source: str) -> None:
    assert compiled("tried", f"S\nHello {source}").blanks is None

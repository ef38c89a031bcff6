"""A text's source is the subject and Markdown: what becomes of each piece, on the page and in plain words."""

from dataclasses import replace

import pytest
from babel.numbers import format_currency

from app.render import BadTextError, load
from app.render.context import known_locale, money
from connectors.base import Address
from connectors.money import major
from tests.render.cast import VOICE, body, bought, facts, filled, named
from tests.render.reading import read
from workflows.language import ItemFacts


@pytest.mark.parametrize(
    ("written", "html", "plain"),
    [
        ("**now**", "<strong>now</strong>", "now"),
        ("*now*", "<em>now</em>", "now"),
        ("one\ntwo", "one<br>", "one\ntwo"),
        ("> said", "<blockquote", "> said"),
        ("1. one\n2. two", "<ol", "1. one\n2. two"),
        ("- one\n  - two\n- three", "<ul", "- one\n  - two\n- three"),
        ("a\n\n---\n\nb", "<hr", "a\n\n* * *\n\nb"),
        ("`CODE`", "<code", "CODE"),
        (
            "see [here](https://store.example.com/a)",
            'href="https://store.example.com/a"',
            "see here (https://store.example.com/a)",
        ),
        ("[Look](https://store.example.com/a)", 'class="button"', "Look:\nhttps://store.example.com/a"),
        ("<https://store.example.com/{{ code.word }}>", "/ANNA-7K2P", "https://store.example.com/ANNA-7K2P"),
        ("[write](mailto:shop@example.com)", 'href="mailto:shop@example.com"', "write:\nshop@example.com"),
        ("![a hanger]({{ product.image_url }})\n\nhere", 'alt="a hanger"', "here"),
    ],
)
def test_markdown_is_a_page_and_reads_well_without(written: str, html: str, plain: str) -> None:
    rendered = filled(f"A subject\n{written}")
    assert html in rendered.html
    assert body(rendered) == plain


def test_the_first_line_is_the_subject_and_no_markdown() -> None:
    assert filled("For *all* of you, {{ customer.first_name }}\nbody").subject == "For *all* of you, Anna"


@pytest.mark.parametrize("name", [None, "", "   ", "null", "Win at www.example.com", "x" * 61])
def test_a_greeting_without_a_name_leaves_no_gap(name: str | None) -> None:
    rendered = filled("Thanks, {{ customer.first_name }}\nHello {{ customer.first_name }},\n\nbody", named(name))
    assert rendered.subject == "Thanks"
    assert body(rendered) == "Hello,\n\nbody"
    assert "Hello,</p>" in rendered.html


def test_a_loop_around_a_list_is_one_list() -> None:
    known = bought(ItemFacts("Cup", 2, 250), ItemFacts("Jug", 1, 900))
    rendered = filled(
        "S\n{% for one in order.items %}\n- {{ one.quantity }} × {{ one.title }}, {{ one.price }}\n{% endfor %}", known
    )
    assert body(rendered) == "- 2 × Cup, £2.50\n- 1 × Jug, £9.00"
    page = read(rendered.html)
    assert len(list(page.named("ul"))) == 1
    assert [one.inside[-1] for one in page.named("li")] == ["ul", "ul"]


def test_a_link_in_a_list_is_a_link_and_no_button() -> None:
    page = read(filled("S\n{% for item in order.items %}\n- [{{ item.title }}]({{ item.url }})\n{% endfor %}").html)
    links = [one for one in page.named("a") if "li" in one.inside]
    assert len(links) == 2
    assert all("class" not in one.attributes for one in links)


def test_what_is_not_chosen_is_on_no_page() -> None:
    source = "S\n{% if code.word %}\ntake `{{ code.word }}`\n{% else %}\nnothing\n{% endif %}\n\nend"
    assert body(filled(source)) == "take ANNA-7K2P\n\nend"
    without = filled(source, facts(code=None))
    assert body(without) == "nothing\n\nend"
    assert "take" not in without.html


@pytest.mark.parametrize("chosen", ["{% if code.word %}", "{% if not code.word %}"])
def test_the_inbox_line_is_never_one_that_may_not_be_said(chosen: str) -> None:
    inside = "with this code you get {{ code.percent }} % off, only today"
    said = "whatever is chosen above, this is always said here"
    page = filled(f"S\n{chosen}\n{inside}\n{{% endif %}}\n\n{said}", facts(code=None)).html
    assert f">{said}</div>" in page


def test_the_inbox_line_comes_from_outside_of_loops() -> None:
    loop = "{% for item in order.items %}\nthe long name of one of them is {{ item.title }}\n{% endfor %}"
    assert 'class="preview"' in filled(f"S\n{loop}").html
    assert body(filled(f"S\n{loop}")).startswith("the long name of one of them is Cream cupid")


def test_the_inbox_line_follows_choices_inside_its_paragraph() -> None:
    source = "S\nyour order {% if order.shipped_on %}left us on {{ order.shipped_on }}{% else %}is being packed{% endif %} now"
    assert ">your order left us on November 14, 2026 now</div>" in filled(source).html
    assert ">your order is being packed now</div>" in filled(source, bought(shipped_at=None)).html


def test_money_and_dates_are_said_as_the_store_s_people_say_them() -> None:
    german = replace(VOICE, locale="de-DE", zone="Europe/Berlin")
    source = "S\n{{ order.total }} am {{ order.placed_on }}"
    assert (
        body(filled(source, bought(currency="EUR", total=123450), voice=german))
        == "1.234,50\u00a0€ am 13. November 2026"
    )
    british = replace(VOICE, locale="en-GB")
    assert body(filled(source, bought(currency="JPY", total=745), voice=british)) == "JP¥745 am 13 November 2026"


@pytest.mark.parametrize("locale", ["en", "de", "ar-EG", "hi", "fr-CH", "he", "ja", "xx", "<b>"])
@pytest.mark.parametrize(
    ("amount", "currency"), [(123456789, "EUR"), (-745, "JPY"), (1, "KWD"), (0, "USD"), (5, "XYZ")]
)
def test_amounts_are_written_as_babel_writes_them(locale: str, amount: int, currency: str) -> None:
    written = format_currency(major(amount, currency), currency, locale=known_locale(locale))
    assert money(amount, currency, locale=locale) == written


def test_a_text_that_is_not_there_is_named() -> None:
    for name in ("no_such_text", "_layout", "../README", "", "a/b"):
        with pytest.raises(BadTextError, match="there is no such text"):
            load(name)


def test_a_text_is_compiled_once() -> None:
    assert load("welcome_hello") is load("welcome_hello")


def test_a_text_about_something_that_is_not_there_is_no_crash() -> None:
    with pytest.raises(BadTextError, match="names something that this message does not have"):
        filled("S\nyour order {{ order.number }}", facts(order=None))


def test_an_amount_in_no_currency_is_no_crash() -> None:
    with pytest.raises(BadTextError, match="cannot be filled"):
        filled("S\nbody", bought(currency="<b>"))


def test_the_subject_stands_in_a_header() -> None:
    assert Address("anna@example.com", filled("S {{ store.name }}\nbody").subject)

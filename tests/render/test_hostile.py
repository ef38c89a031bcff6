"""What strangers typed into a store, and what a merchant may try, stay words: on the page, in plain text, in the subject."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.render import BadTextError, Rendered, clean, load, render
from app.render.text import compiled
from tests.render.cast import VOICE, body, bought, facts, filled, named
from tests.render.reading import Page, read
from workflows.language import Facts, ItemFacts

EVIL = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style><b>",
    "<!-- ",
    "[click](https://evil.example)",
    "![x](https://evil.example/p.png)",
    "**bold** _it_ `code` # head",
    "{{ store.name }} {% if %}",
    "{{",
    "&lt;b&gt; &#60;",
    "a\r\nBcc: eve@evil.example",
    "a\u2028b\u202ec\u0000d",
    "\ud800",
]
MENTION = """{{ product.title }} for you
Hello and {{ product.title }} once more, as a paragraph of its own.

# {{ product.title }}

- {{ product.title }} **{{ product.title }}**

[{{ product.title }}]({{ product.url }} "{{ product.title }}") ![{{ product.title }}]({{ product.image_url }})

[look](https://store.example.com/?q={{ product.title }})

{% for item in order.items %}
> `{{ item.title }}` {{ item.price }}
{% endfor %}

{% if product.title == "a" %}{{ product.title | upper }}{% endif %}
"""
TEXT = compiled("mention", MENTION)
HARMLESS = {"http", "https", "mailto"}


def _with(words: str, url: str | None = "https://store.example.com/a") -> Facts:
    known = bought(ItemFacts(words, 1, 100, None, url, url))
    assert known.product is not None
    customer = replace(known.customer, first_name=words, last_name=words)
    return replace(known, customer=customer, product=replace(known.product, title=words, url=url, image_url=url))


def _is_harmless(rendered: Rendered) -> Page:
    """The page has the tags of its text and no other, nothing that runs, and no address but http, https and mailto."""
    page = read(rendered.html)
    assert page.torn == []
    names = [one.name for one in page.tags]
    assert {name: names.count(name) for name in ("script", "b", "iframe")} == {"script": 0, "b": 0, "iframe": 0}
    assert [one.attributes for one in page.tags if any(name.startswith("on") for name in one.attributes)] == []
    links = [one.attributes.get(name, "") for one in page.tags for name in ("href", "src")]
    assert {link.partition(":")[0] for link in links if link} <= HARMLESS
    assert clean.line(rendered.subject, 200) == rendered.subject.replace("\u2068", "").replace("\u2069", "").strip()
    return page


@pytest.mark.parametrize("evil", EVIL)
def test_data_stays_words(evil: str) -> None:
    page = _is_harmless(render(TEXT, _with(evil), voice=VOICE))
    shape = [one.name for one in page.tags]
    tame = [one.name for one in read(render(TEXT, _with("tame"), voice=VOICE).html).tags]
    assert shape == tame
    assert clean.line(evil) in page.said


@pytest.mark.parametrize("evil", EVIL)
def test_what_a_store_calls_itself_stays_words(evil: str) -> None:
    voice = replace(VOICE, store_name=evil, postal_address=f"{evil}\n{evil}", reason_line=evil, locale=evil, zone=evil)
    voice = replace(voice, colour=evil, store_url=evil, unsubscribe_url=evil)
    page = _is_harmless(render(load("welcome_hello"), facts(), voice=voice))
    assert page.said.count(clean.line(evil)) >= 3


@given(st.text(max_size=80))
def test_whatever_is_typed_stays_words(words: str) -> None:
    _is_harmless(render(TEXT, _with(words, url=words), voice=VOICE))


@given(st.text(alphabet=st.sampled_from("{}%#<>\"'&`*_[]()!|\\-=\n ab:/z0"), max_size=60))
def test_whatever_a_merchant_writes_is_refused_or_harmless(source: str) -> None:
    try:
        text = compiled("tried", f"S {source}")
    except BadTextError:
        return
    assert read(render(text, facts(), voice=VOICE).html).torn == []


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<b>",
        "vbscript:x",
        "file:///etc/passwd",
        "mailto:eve@evil.example",
        "//evil.example",
        "/path",
        "https://",
        "http://[::1",
        "https:" + "x" * 3000,
        "",
        None,
    ],
)
def test_an_address_of_data_is_http_or_the_store_s(address: str | None) -> None:
    assert clean.url(address) == ""
    page = _is_harmless(filled("S\n[go]({{ product.url }})", _with("a", url=address)))
    assert [one.attributes["href"] for one in page.named("a") if "button" in one.attributes.get("class", "")] == [
        VOICE.store_url
    ]


def test_an_odd_address_is_encoded() -> None:
    assert clean.url('https://store.example.com/a b"<é>?q=1&r=%20#x') == (
        "https://store.example.com/a%20b%22%3C%C3%A9%3E?q=1&r=%20#x"
    )


def test_what_stands_in_a_link_cannot_leave_its_place() -> None:
    rendered = filled("S\nsee [x](https://store.example.com/?q={{ product.title }}&z=1)", _with("a&b=c/../#?é\u05d0"))
    assert body(rendered) == "see x (https://store.example.com/?q=a%26b%3Dc%2F..%2F%23%3F%C3%A9%D7%90&z=1)"


@pytest.mark.parametrize(
    "written", ["<script>alert(1)</script> and some more words", "<b>bold</b> words that are long enough"]
)
def test_a_merchant_s_own_html_is_words(written: str) -> None:
    page = _is_harmless(filled(f"S\n{written}\n\n# {written}\n\n- {written}"))
    assert page.said.count(written) == 4


@pytest.mark.parametrize(
    "written", ["{\\{ store.name }}", "&#123;&#123; store.name }}", "&lbrace;{ store.name }}", "{ {x} }"]
)
def test_braces_that_markdown_makes_are_no_tags(written: str) -> None:
    assert VOICE.store_name not in body(filled(f"S\n{written}"))


def test_nobody_can_forge_the_word_that_stands_for_a_tag() -> None:
    stem = "z" + "0" * 16
    assert f"{stem}o0x" in body(filled(f"S\n{{{{ store.name }}}} {stem}o0x"))


def test_a_subject_is_one_short_line() -> None:
    rendered = filled("S {{ product.title }}\nbody", _with("a\r\nBcc: eve@evil.example " + "x" * 5000))
    assert "\n" not in rendered.subject
    assert "\r" not in rendered.subject
    assert len(rendered.subject) <= 200


@pytest.mark.parametrize(
    "name", ["Win at evil.example", "https://evil.example", "eve@evil.example", "www.evil", "1234", "x" * 61]
)
def test_a_name_that_advertises_greets_nobody(name: str) -> None:
    assert body(filled("S\nHello {{ customer.first_name }},", named(name))) == "Hello,"


def test_lists_are_cut() -> None:
    known = bought(*(ItemFacts(f"n{place}", 1, 100) for place in range(1000)))
    source = "S\n{% for one in order.items %}\n- {{ one.title }}\n{% endfor %}"
    assert body(filled(source, known)).splitlines() == [f"- n{place}" for place in range(50)]
    assert len(body(filled(source.replace("items", "items | take(3)"), known)).splitlines()) == 3


def test_what_grows_too_long_is_no_message() -> None:
    known = bought(*(ItemFacts("<" * 200, 1, 100) for _ in range(50)))
    source = "S\n{% for one in order.items %}\n" + "- {{ one.title }}\n" * 60 + "{% endfor %}"
    with pytest.raises(BadTextError, match="longer than 200000 characters"):
        filled(source, known)


def test_a_subject_that_comes_out_empty_is_no_message() -> None:
    with pytest.raises(BadTextError, match="its subject came out empty"):
        filled("{{ product.title }}\nbody", _with(" "))


def test_an_error_never_quotes_the_data() -> None:
    known = _with("secret-words")
    with pytest.raises(BadTextError) as caught:
        filled("S\n{% if product.title > 3 %}x{% endif %}", known)
    assert "secret" not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert "secret" not in repr(filled("S\n{{ product.title }}", known))

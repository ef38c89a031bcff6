"""What a text may say: every rule of the allow-list refuses what it is there for, with the line and a sentence."""

import pytest

from app.render import BadTextError, complaints
from app.render.rules import LARGEST_NUMBER, LONGEST_SOURCE, LONGEST_WORD, MOST_LOOPS, MOST_TAKEN
from app.render.text import compiled

LOOP = "{% for item in order.items %}\nx {{ item.title }}\n{% endfor %}\n"

REFUSED = {
    # Syntax that is not data.
    "{{ customer.delete() }}": "nothing can be called",
    "{{ range(9) }}": "nothing can be called",
    "{{ customer['first_name'] }}": "square brackets",
    "{{ customer.first_name[0:1] }}": "square brackets",
    "{{ 'x' * 1000000000 }}": "“mul” is not allowed",
    "{{ customer.orders + 1 }}": "“add” is not allowed",
    "{{ 2 ** 9 }}": "“pow” is not allowed",
    "{{ 'a' ~ 'b' }}": "“concat” is not allowed",
    "{{ [1, 2] }}": "“list” is not allowed",
    "{{ {'a': 1} }}": "“dict” is not allowed",
    "{{ 1 if order.is_first else 2 }}": "“condexpr” is not allowed",
    "{{ -1 }}": "“neg” is not allowed",
    "{% set a = 1 %}": "“set” is not allowed",
    "{% set a %}b{% endset %}": "“set” is not allowed",
    "{% macro a() %}b{% endmacro %}": "“macro” is not allowed",
    "{% include 'a' %}": "“include” is not allowed",
    "{% import 'a' as b %}": "“import” is not allowed",
    "{% from 'a' import b %}": "“import” is not allowed",
    "{% extends 'a' %}": "“extends” is not allowed",
    "{% block a %}b{% endblock %}": "“block” is not allowed",
    "{% filter upper %}b{% endfilter %}": "“filterblock” is not allowed",
    "{% with a = 1 %}b{% endwith %}": "“with” is not allowed",
    "{% autoescape false %}b{% endautoescape %}": "is not allowed",
    "{% raw %}{{ a }}{% endraw %}": "“raw” is not allowed",
    "{% if order.number is defined %}a{% endif %}": "“is” is not allowed",
    "{{ customer.first_name": "not understood",
    "{% if order.number %}a": "not understood",
    "{% nonsense %}": "not understood",
    # Filters.
    "{{ store.name | safe }}": "there is no filter “safe”",
    "{{ store.name | format(9) }}": "there is no filter “format”",
    "{{ store.name | link }}": "there is no filter “link”",
    "{{ store.name | attr('x') }}": "there is no filter “attr”",
    "{{ store.name | upper(1) }}": "takes nothing in brackets",
    "{{ store.name | default }}": "takes one word in quotes",
    "{{ store.name | default(1) }}": "takes one word in quotes",
    "{{ store.name | default(store.url) }}": "takes one word in quotes",
    "{{ store.name | default(instead='a') }}": "takes one word in quotes",
    "{{ store.name | default(*a) }}": "takes one word in quotes",
    # Names.
    "{{ shop.access_token }}": "there is no “shop”",
    "{{ store.access_token }}": "“store” has no “access_token”",
    "{{ customer.__class__ }}": "has no “__class__”",
    "{{ store.name.upper }}": "nothing is below it",
    "{{ item.title }}": "there is no “item”",
    "{{ mail.reason }}": "there is no “mail”",
    "{{ body }}": "there is no “body”",
    "{{ loop.index }}": "there is no “loop”",
    "{{ self }}": "there is no “self”",
    "{{ store }}": "is not a word",
    "{{ order.items }}": "is not a word",
    "{{ customer.first_name }}, hello": "may be missing",
    "{% if customer.last_name %}x **{{ customer.first_name }}**{% endif %}": "may be missing",
    # Loops.
    "{% for a in store.name %}x{% endfor %}": "only a list can be walked over",
    "{% for a, b in order.items %}x{% endfor %}": "write loops as",
    "{% for a in order.items if a.title %}x{% endfor %}": "write loops as",
    "{% for a in order.items recursive %}x{% endfor %}": "write loops as",
    "{% for order in order.items %}x{% endfor %}": "means something else already",
    f"{{% for a in order.items %}}\n{LOOP}{{% endfor %}}": "may not stand inside a loop",
    LOOP * (MOST_LOOPS + 1): f"more than {MOST_LOOPS} loops",
    f"{{% for a in order.items | take({MOST_TAKEN + 1}) %}}x{{% endfor %}}": f"from 1 to {MOST_TAKEN}",
    "{% for a in order.items | take(0) %}x{% endfor %}": f"from 1 to {MOST_TAKEN}",
    "{% for a in order.items | take(true) %}x{% endfor %}": "takes one number",
    # Sizes.
    "x" * (LONGEST_SOURCE + 1): f"longer than {LONGEST_SOURCE}",
    f"{{{{ store.name | default('{'x' * (LONGEST_WORD + 1)}') }}}}": "a word in quotes is longer",
    f"{{% if customer.orders > {LARGEST_NUMBER + 1} %}}x{{% endif %}}": "a number too large",
    "{% if customer.orders > 1e999 %}x{% endif %}": "a number too large",
    f"{{% if customer.orders > {'9' * 5000} %}}x{{% endif %}}": "a number is too long",
    f"{{% if {'not ' * 60}order.is_first %}}x{{% endif %}}": "nested too deeply",
    f"{{% if {'not ' * 4000}order.is_first %}}x{{% endif %}}": "nested too deeply",
    f"{'{% if order.is_first %}' * 60}x{'{% endif %}' * 60}": "nested too deeply",
    # Markdown.
    "[x](javascript:alert(1))": "a link must begin with",
    "[x](JaVaScRiPt:alert(1))": "a link must begin with",
    "[x](data:text/html,x)": "a link must begin with",
    "[x](//example.com)": "a link must begin with",
    "[x](/relative)": "a link must begin with",
    "[x]()": "a link must begin with",
    "[x]({{ store.name }})": "a link must begin with",
    "[x]({{ order.number }}://example.com)": "a link must begin with",
    "![x](http:)": "a link must begin with",
    "[x](https://example.com/{% if order.is_first %}a{% endif %})": "",
    '[x](https://example.com "{% if order.is_first %}")y{% endif %}': "may hold names and no {% %}",
    '[x](https://a.example "{% if order.is_first %}") [y](https://a.example "{% endif %}")': "may hold names and no",
    "![{% if order.is_first %}a{% endif %}](https://example.com/a.png)": "may hold names and no {% %}",
    "```{{ code.word }}\nx\n```": "takes no tags in its first line",
    "**a {% if order.is_first %}b** c{% endif %}": "still open where its paragraph",
    "a {% if order.is_first %}b\n\nc{% endif %}": "still open where its paragraph",
    "- a {% if order.is_first %}b\n- c{% endif %}": "still open where its paragraph",
}


@pytest.mark.parametrize(("written", "why"), REFUSED.items(), ids=[one[:40] for one in REFUSED])
def test_what_a_text_may_not_say_is_refused(written: str, why: str) -> None:
    found = complaints(f"A subject\n{written}")
    assert found
    assert any(why in str(one.reason) for one in found), found
    assert all(1 <= one.line <= written.count("\n") + 2 for one in found)
    with pytest.raises(BadTextError):
        compiled("tried", f"A subject\n{written}")


@pytest.mark.parametrize("written", [one for one in REFUSED if one.startswith("{{") and one.endswith("}}")])
def test_a_subject_is_judged_as_the_rest_is(written: str) -> None:
    assert [one.line for one in complaints(f"{written}\nbody")][:1] == [1]


@pytest.mark.parametrize("source", ["", "\n", "  \nbody", "\n\nbody"])
def test_a_text_has_a_subject(source: str) -> None:
    assert [str(one.reason) for one in complaints(source)] == ["the first line is the subject, and it is empty"]


@pytest.mark.parametrize("source", ["S", "S\n", "S\n  \n"])
def test_a_text_has_a_body(source: str) -> None:
    assert [str(one.reason) for one in complaints(source)] == ["nothing stands below the subject"]


@pytest.mark.parametrize(
    "written",
    [
        "{{ store.name | upper }} {{ store.name | lower }} {{ store.name | capitalize }}",
        'Hello {{ customer.first_name | default("friend") }}',
        "{% if customer.orders > 3 and not order.is_first or code.word %}a{% elif order.is_first %}b{% else %}c{% endif %}",
        "{% if order.items | length == 2 %}a{% endif %}",
        "{% if customer.first_name %}{{ customer.first_name }}: hello{% endif %}",
        "{% if not customer.first_name %}Hello{% else %}{{ customer.first_name }}{% endif %}",
        "{% for item in order.items | take(3) %}\n- [{{ item.title }}]({{ item.url }})\n{% else %}\nnothing\n{% endfor %}",
        LOOP * MOST_LOOPS,
        "[x](https://example.com/?q={{ product.title }}&n={{ order.number }})",
        "[x](mailto:{{ customer.last_name | default('x') }}@example.com)",
        "{# a word to oneself #}seen",
    ],
)
def test_what_a_text_may_say_is_not_refused(written: str) -> None:
    assert complaints(f"A subject\n{written}") == []


def test_every_complaint_names_its_own_line() -> None:
    source = "S {{ a }}\n\n{{ b }}\n\n- one\n- {{ c }}\n\n[x](ftp://example.com)"
    assert [one.line for one in complaints(source)] == [1, 3, 6]
    assert [one.line for one in complaints("S\n\none\n\n[x](ftp://example.com)")] == [5]
    assert [one.line for one in complaints("S\n\none\n\n**a {% if code.word %}b** c{% endif %}")] == [5]


def test_a_windows_text_is_a_text() -> None:
    assert complaints("S\r\n\r\nbody {{ store.name }}\r\n") == []

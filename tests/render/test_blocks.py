"""Buttons and lists of things as the tables that mail clients need, and as paragraphs and lists in the plain words."""

import pytest

from tests.render.cast import bought, filled
from tests.render.reading import read
from workflows.language import ItemFacts

LIST = """S
Look:

{% for item in order.items %}
- {% if item.image_url %}![{{ item.title }}]({{ item.image_url }}){% endif %}{{ item.quantity }} × {{ item.title }}
{% endfor %}

Bye"""
CUP = ItemFacts("Cup", 2, 500, "1", "https://store.example.com/cup", "https://store.example.com/cup.jpg")
TEA = ItemFacts("Tea & <b>milk</b>", 1, 900, "2")


def test_things_stand_beside_their_pictures_and_one_without_keeps_its_place() -> None:
    rendered = filled(LIST, bought(CUP, TEA))
    page = read(rendered.html)
    assert page.torn == []
    rows = [one for one in page.named("table") if one.attributes.get("class") == "thing"]
    assert [one.attributes["role"] for one in rows] == ["presentation"] * 2
    (picture,) = page.named("img")
    assert (picture.attributes["src"], picture.attributes["alt"], picture.attributes["width"]) == (
        CUP.image_url,
        "Cup",
        "72",
    )
    assert "2 × Cup" in page.said
    assert "1 × Tea & <b>milk</b>" in page.said
    assert "- 2 × Cup\n- 1 × Tea & <b>milk</b>\n" in rendered.text


def test_nothing_bought_leaves_nothing_behind() -> None:
    page = read(filled(LIST, bought()).html)
    assert (page.torn, [one for one in page.named("table") if one.attributes.get("class") == "thing"]) == ([], [])


@pytest.mark.parametrize(
    "item",
    [
        "{% if item.image_url %}![a]({{ item.image_url }}) words {% endif %}more",
        "{% if item.quantity %}{% if item.image_url %}![a]({{ item.image_url }}){% endif %}{% endif %} more",
        "words first ![a]({{ item.image_url }})",
        "![a]({{ item.image_url }}) more\n\n  and a second paragraph",
        "![a]({{ item.image_url }}) more\n  - an inner list",
        "{% if item.image_url %}![a]({{ item.image_url }}){% else %}none{% endif %}",
    ],
)
def test_what_is_no_line_with_a_picture_stays_a_list_and_whole(item: str) -> None:
    source = f"S\n{{% for item in order.items %}}\n- {item}\n{{% endfor %}}\n"
    for things in ((CUP, TEA), (TEA,), ()):
        page = read(filled(source, bought(*things)).html)
        assert page.torn == []
        assert not [one for one in page.named("table") if one.attributes.get("class") == "thing"]


def test_a_button_is_a_cell_with_its_colour_and_a_link_in_it() -> None:
    rendered = filled("[Go on]({{ store.url }})")
    page = read(rendered.html)
    (cell,) = [one for one in page.named("td") if one.attributes.get("class") == "button"]
    assert "background-color: #1f5a4c" in cell.attributes["style"]
    assert "mso-padding-alt: 13px 26px" in cell.attributes["style"], "Outlook pads cells and no links"
    (link,) = [one for one in page.named("a") if one.attributes.get("class") == "button"]
    assert "padding: 13px 26px" in link.attributes["style"]
    assert "Go on:\nhttps://store.example.com" in rendered.text

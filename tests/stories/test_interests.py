"""What somebody looked at or asked for, as the store's own pages tell it."""

from dataclasses import replace
from typing import Any

from connectors.records import InterestRecord, ProductRecord
from tests.stories.told import TEA
from tests.story import Story


def shelve(story: Story, **given: Any) -> ProductRecord:
    tea = ProductRecord(TEA, "Darjeeling", story.now, "https://shop.example/tea", price=4900, currency="EUR")
    tea = replace(tea, **given)
    story.tell(tea)
    return tea


def test_who_looked_and_left_is_reminded_once_hours_after_the_last_look(story: Story) -> None:
    shelve(story)
    story.join("anna")
    story.on("browse_abandonment")
    story.travel(days=1)
    story.look("anna")
    story.travel(hours=3)
    story.look("anna")
    story.travel(hours=3)
    assert story.sent == []
    story.travel(days=3)
    assert story.sent == ["anna: browse_abandonment"]


def test_who_bought_it_after_all_is_not_reminded(story: Story) -> None:
    shelve(story)
    story.join("anna")
    story.on("browse_abandonment")
    story.travel(days=1)
    story.look("anna")
    story.travel(hours=1)
    story.order("anna")
    story.travel(days=2)
    assert story.sent == []


def test_who_asked_is_told_when_it_is_back(story: Story) -> None:
    tea = shelve(story, is_available=False)
    story.join("anna")
    story.join("ben", consent=None)
    story.on("back_in_stock")
    story.wish("anna")
    story.wish("ben")
    story.travel(days=60)
    story.tell(replace(tea, is_available=True, updated_at=story.now))
    story.travel(days=1)
    assert story.sent == ["anna: back_in_stock"]


def test_an_address_that_a_stranger_typed_makes_nobody_a_customer(story: Story) -> None:
    shelve(story)
    story.on("browse_abandonment", "back_in_stock")
    story.travel(days=1)
    story.tell(InterestRecord(TEA, story.now, is_wish=True, email="stranger@example.com"))
    story.travel(days=2)
    assert story.ways("stranger") == []
    assert story.sent == []


def test_a_product_that_the_store_does_not_have_is_looked_at_by_nobody(story: Story) -> None:
    story.join("anna")
    story.on("browse_abandonment")
    story.travel(days=1)
    story.look("anna", product="made-up")
    story.travel(days=2)
    assert story.ways("anna") == []

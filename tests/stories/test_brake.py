"""Two complaints: marketing rests, an order is confirmed all the same, and what waited leaves when the merchant lets go."""

from app.model.message import ReceiptKind
from app.pipeline.brake import brakes, release, watch
from app.pipeline.by_hand.deeds import Hand
from tests.story import Story


def test_marketing_rests_after_two_complaints_and_service_goes_on(story: Story) -> None:
    story.on("welcome", "order_confirmation")
    for name in ("anna", "ben", "cleo"):
        story.join(name)
    for name in ("ben", "cleo"):
        story.receipt(name, ReceiptKind.COMPLAINED)
    assert watch(story.runtime) == 2
    story.travel(days=3)
    assert [line for line in story.sent if line.startswith("anna")] == ["anna: welcome_hello"]
    assert "welcome.story: braked" in story.reasons("anna")
    story.order("dora")
    assert "dora: order_confirmation" in story.sent


def test_what_waited_leaves_when_the_merchant_lets_go(story: Story) -> None:
    story.on("welcome")
    for name in ("anna", "ben", "cleo"):
        story.join(name)
    for name in ("ben", "cleo"):
        story.receipt(name, ReceiptKind.COMPLAINED)
    watch(story.runtime)
    story.travel(days=2, minutes=1)
    assert [line for line in story.sent if line.startswith("anna")] == ["anna: welcome_hello"]
    with story.runtime.database.write() as session:
        for one in brakes(session, story.store_id):
            release(session, Hand(story.store_id, "staff-7", story.now), brake_id=one.id)
    story.tick()
    assert [line for line in story.sent if line.startswith("anna")] == ["anna: welcome_hello", "anna: welcome_story"]

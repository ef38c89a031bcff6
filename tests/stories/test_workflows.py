"""What the first workflows promise a merchant."""

from connectors.records import ConsentState, OrderStatus
from tests.story import Story


def test_a_new_subscriber_is_welcomed_three_times(story: Story) -> None:
    story.on("welcome")
    story.join("anna")
    assert story.sent == ["anna: welcome_hello"]
    story.travel(days=5)
    assert story.sent == ["anna: welcome_hello", "anna: welcome_story", "anna: welcome_favourites"]


def test_the_welcome_ends_with_the_first_order(story: Story) -> None:
    story.on("welcome")
    story.join("anna")
    story.travel(days=1)
    story.order("anna")
    story.travel(days=10)
    assert story.sent == ["anna: welcome_hello"]
    assert story.reasons("anna")[-1] == "welcome.story: has_ordered"


def test_whoever_leaves_and_comes_back_is_not_welcomed_again(story: Story) -> None:
    story.on("welcome")
    story.join("anna")
    story.answer("anna", ConsentState.UNSUBSCRIBED)
    story.travel(days=30)
    story.answer("anna", ConsentState.SUBSCRIBED)
    story.travel(days=30)
    assert story.sent == ["anna: welcome_hello"]


def test_a_review_is_asked_for_a_week_after_the_parcel_came(story: Story) -> None:
    story.on("review_request")
    story.join("anna")
    order = story.order("anna")
    story.travel(days=2)
    story.ship(order)
    story.travel(days=3)
    story.arrive(order)
    story.travel(days=6, hours=23)
    assert story.sent == []
    story.travel(hours=2)
    assert story.sent == ["anna: review_request"]
    story.travel(days=30)
    assert story.sent == ["anna: review_request", "anna: review_reminder"]


def test_where_no_carrier_tells_the_review_waits_two_weeks_from_the_shipping(story: Story) -> None:
    story.on("review_request")
    story.join("anna")
    story.ship(story.order("anna"))
    story.travel(days=13)
    assert story.sent == []
    story.travel(days=2)
    assert story.sent == ["anna: review_request"]


def test_who_has_reviewed_is_not_asked_and_not_reminded(story: Story) -> None:
    story.on("review_request")
    story.join("anna")
    story.arrive(story.order("anna"))
    story.travel(days=8)
    story.review("anna")
    story.travel(days=30)
    assert story.sent == ["anna: review_request"]
    assert "review_request.remind: reviewed" in story.reasons("anna")


def test_nobody_is_asked_to_review_what_they_gave_back(story: Story) -> None:
    story.on("review_request")
    story.join("anna")
    order = story.order("anna")
    story.arrive(order)
    story.travel(days=1)
    story.refund(order)
    story.travel(days=60)
    assert story.sent == []


def test_a_quiet_customer_is_won_back_and_then_left_in_peace(story: Story) -> None:
    story.on("win_back")
    story.join("anna")
    story.order("anna")
    story.travel(days=59)
    assert story.sent == []
    story.travel(days=40)
    assert story.sent == ["anna: win_back_miss_you", "anna: win_back_news", "anna: win_back_goodbye"]


def test_an_order_ends_the_win_back(story: Story) -> None:
    story.on("win_back")
    story.join("anna")
    story.order("anna")
    story.travel(days=61)
    story.order("anna")
    story.travel(days=30)
    assert story.sent == ["anna: win_back_miss_you"]
    assert "win_back.news: ordered_again" in story.reasons("anna")


def test_a_cancelled_order_starts_nothing(story: Story) -> None:
    story.on("win_back", "review_request")
    story.join("anna")
    story.cancel(story.order("anna"))
    story.travel(days=100)
    assert story.sent == []


def test_orders_of_staff_and_tests_start_nothing(story: Story) -> None:
    story.on("win_back", "order_confirmation")
    story.join("anna")
    story.staff_order("anna")
    story.order("anna", is_test=True)
    story.travel(days=100)
    assert story.sent == []
    assert story.why("anna") == []


def test_an_unpaid_order_is_confirmed_once_and_only_once(story: Story) -> None:
    story.on("order_confirmation")
    story.join("ben", consent=None)
    order = story.order("ben", status=OrderStatus.OPEN, paid_at=None)
    for _ in range(3):
        story.deliver(story.orders[order], again=1)
        story.tick()
    assert story.sent == ["ben: order_confirmation"]


def test_the_first_buyer_is_thanked_an_hour_after_paying(story: Story) -> None:
    story.on("first_order_thanks")
    story.join("anna")
    story.order("anna")
    story.travel(minutes=59)
    assert story.sent == []
    story.travel(minutes=2)
    assert story.sent == ["anna: first_order_thanks"]
    story.order("anna")
    story.travel(days=3)
    assert story.sent == ["anna: first_order_thanks"]


def test_the_fifth_order_and_the_five_hundredth_euro_are_celebrated_once(story: Story) -> None:
    story.on("milestone")
    story.join("anna")
    for _ in range(7):
        story.order("anna", price=9000)
        story.travel(days=9)
    assert story.sent == ["anna: milestone_orders", "anna: milestone_spent"]

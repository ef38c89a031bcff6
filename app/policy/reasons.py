"""Why something was sent, deferred or dropped: one word for the ledger, one plain sentence for the merchant."""

from enum import StrEnum


class Reason(StrEnum):
    DUE = "due"
    LEFT = "left"
    # The workflow's own conditions.
    NO_LONGER_SUBSCRIBED = "no_longer_subscribed"
    ORDER_NO_LONGER_STANDS = "order_no_longer_stands"
    NOT_THEIR_FIRST_ORDER = "not_their_first_order"
    ORDERED_AGAIN = "ordered_again"
    HAS_ORDERED = "has_ordered"
    REVIEWED = "reviewed"
    REFUNDED = "refunded"
    HAS_NOT_ORDERED = "has_not_ordered"
    CHECKOUT_CLOSED = "checkout_closed"
    BOUGHT_SINCE = "bought_since"
    NOT_AVAILABLE = "not_available"
    PRICE_ROSE = "price_rose"
    NOT_THEIR_BIRTHDAY = "not_their_birthday"
    NOT_THIS_MILESTONE = "not_this_milestone"
    NOT_LATE = "not_late"
    ARRIVED = "arrived"
    NOT_A_GOOD_CUSTOMER = "not_a_good_customer"
    # The law of the house.
    STALE = "stale"
    CUSTOMER_GONE = "customer_gone"
    STAFF = "staff"
    NO_ADDRESS = "no_address"
    NO_CONSENT = "no_consent"
    CONSENT_OVER = "consent_over"
    NOT_PROVEN = "not_proven"
    SUPPRESSED = "suppressed"
    SUSPENDED = "suspended"
    PAUSED = "paused"
    ASKED_FOR_REST = "asked_for_rest"
    ASKED_FOR_LESS = "asked_for_less"
    UNWANTED_TOPIC = "unwanted_topic"
    RESTING = "resting"
    HOLDOUT = "holdout"
    CAPPED = "capped"
    TOLD_BESIDE = "told_beside"
    QUIET_HOURS = "quiet_hours"
    BRAKED = "braked"
    LAWFUL_HOURS = "lawful_hours"
    WARMING_UP = "warming_up"
    # What may happen around a decision.
    SWITCHED_OFF = "switched_off"
    WORKFLOW_GONE = "workflow_gone"
    BAD_TEXT = "bad_text"
    REFUSED = "refused"
    TRY_AGAIN = "try_again"
    CRASHED_WHILE_SENDING = "crashed_while_sending"
    MAY_HAVE_LEFT = "may_have_left"
    NO_CHANNEL = "no_channel"
    NOT_CONFIRMED = "not_confirmed"
    NO_CODE = "no_code"
    OVER_BUDGET = "over_budget"
    CANCELLED = "cancelled"
    OUR_FAULT = "our_fault"
    BROKEN = "broken"


SENTENCES: dict[Reason, str] = {
    Reason.DUE: "It was due and nothing spoke against it.",
    Reason.LEFT: "It was handed over to the channel.",
    Reason.NO_LONGER_SUBSCRIBED: "They are no longer subscribed, so this workflow ended.",
    Reason.ORDER_NO_LONGER_STANDS: "The order was cancelled, refunded or deleted, so this workflow ended.",
    Reason.NOT_THEIR_FIRST_ORDER: "It turned out not to be their first order.",
    Reason.ORDERED_AGAIN: "They have ordered again, so there was nothing to say.",
    Reason.HAS_ORDERED: "They have ordered, so there was nothing more to say.",
    Reason.REVIEWED: "They have already written a review.",
    Reason.REFUNDED: "Something of this order was refunded.",
    Reason.HAS_NOT_ORDERED: "They have no order any more.",
    Reason.CHECKOUT_CLOSED: "The checkout was paid, emptied or is gone.",
    Reason.BOUGHT_SINCE: "They have bought it since.",
    Reason.NOT_AVAILABLE: "The product is not available any more.",
    Reason.PRICE_ROSE: "The price is not lower any more.",
    Reason.NOT_THEIR_BIRTHDAY: "It is not their birthday any more: the date was changed or removed.",
    Reason.NOT_THIS_MILESTONE: "This order does not reach the milestone.",
    Reason.NOT_LATE: "The parcel has arrived, is not late any more, or its order no longer stands.",
    Reason.ARRIVED: "The order has arrived already.",
    Reason.NOT_A_GOOD_CUSTOMER: "They have not spent enough for this.",
    Reason.STALE: "It could not be said in time, and saying it late would be worse than not at all.",
    Reason.CUSTOMER_GONE: "The store deleted this customer.",
    Reason.STAFF: "This customer is staff of the store.",
    Reason.NO_ADDRESS: "There is no address to write to.",
    Reason.NO_CONSENT: "They have not agreed to marketing on this channel.",
    Reason.CONSENT_OVER: "Their consent was implied by a purchase or an enquiry, and that has run out.",
    Reason.NOT_PROVEN: "They signed up, but never confirmed it, and in their country that is no proof of consent.",
    Reason.SUPPRESSED: "This address must not be written to: it bounced, complained or was blocked.",
    Reason.SUSPENDED: "A refund or a parcel in trouble is open, so no marketing leaves for now.",
    Reason.PAUSED: "You paused marketing to them.",
    Reason.ASKED_FOR_REST: "They asked to be left alone for a while.",
    Reason.ASKED_FOR_LESS: "They asked for fewer messages; this one waits its turn.",
    Reason.UNWANTED_TOPIC: "They asked for no messages of this kind.",
    Reason.RESTING: "They did not answer the last goodbye, so they are left in peace until they stir.",
    Reason.HOLDOUT: "They are in the group that gets no message, so that the effect can be measured.",
    Reason.CAPPED: "They had marketing from you shortly before; this one waits its turn.",
    Reason.TOLD_BESIDE: "They were written to about the same thing in another way shortly before; this one waits.",
    Reason.QUIET_HOURS: "It is night where they are; it waits until the morning.",
    Reason.LAWFUL_HOURS: "Texts may not arrive at this hour where they are; it waits until they may.",
    Reason.WARMING_UP: "Your sender's name is new, and as much as is wise has left today; it waits until tomorrow.",
    Reason.BRAKED: "Too many of these messages came back or were reported as spam, so marketing rests for now.",
    Reason.SWITCHED_OFF: "The workflow was switched off.",
    Reason.WORKFLOW_GONE: "This workflow or step no longer exists.",
    Reason.BAD_TEXT: "The text of this message could not be filled in.",
    Reason.REFUSED: "The receiving side refused it for good.",
    Reason.TRY_AGAIN: "The receiving side could not take it just then; it is tried again.",
    Reason.CRASHED_WHILE_SENDING: "A crash came while it was being handed over: it may have left, and is not repeated.",
    Reason.MAY_HAVE_LEFT: "It may have left when it was handed over, and is tried again, since somebody waits for it.",
    Reason.NO_CHANNEL: "No channel is set up for this kind of message.",
    Reason.NOT_CONFIRMED: "The store could not be asked whether this is still true; it is asked again.",
    Reason.NO_CODE: "The store could not make the discount code; it is tried again.",
    Reason.OVER_BUDGET: "This month's budget for codes is used up.",
    Reason.CANCELLED: "Somebody of the store cancelled it.",
    Reason.OUR_FAULT: "Something went wrong on our side; it is tried again.",
    Reason.BROKEN: "Something went wrong on our side while deciding; it was set aside after several tries.",
}

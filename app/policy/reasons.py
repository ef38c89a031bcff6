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
    # The law of the house.
    STALE = "stale"
    CUSTOMER_GONE = "customer_gone"
    STAFF = "staff"
    NO_ADDRESS = "no_address"
    NO_CONSENT = "no_consent"
    SUPPRESSED = "suppressed"
    HOLDOUT = "holdout"
    CAPPED = "capped"
    QUIET_HOURS = "quiet_hours"
    # What may happen around a decision.
    SWITCHED_OFF = "switched_off"
    WORKFLOW_GONE = "workflow_gone"
    BAD_TEXT = "bad_text"
    REFUSED = "refused"
    TRY_AGAIN = "try_again"
    CRASHED_WHILE_SENDING = "crashed_while_sending"
    NO_CHANNEL = "no_channel"
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
    Reason.STALE: "It could not be said in time, and saying it late would be worse than not at all.",
    Reason.CUSTOMER_GONE: "The store deleted this customer.",
    Reason.STAFF: "This customer is staff of the store.",
    Reason.NO_ADDRESS: "There is no address to write to.",
    Reason.NO_CONSENT: "They have not agreed to marketing on this channel.",
    Reason.SUPPRESSED: "This address must not be written to: it bounced, complained or was blocked.",
    Reason.HOLDOUT: "They are in the group that gets no message, so that the effect can be measured.",
    Reason.CAPPED: "They had marketing from you shortly before; this one waits its turn.",
    Reason.QUIET_HOURS: "It is night where they are; it waits until the morning.",
    Reason.SWITCHED_OFF: "The workflow was switched off.",
    Reason.WORKFLOW_GONE: "This workflow or step no longer exists.",
    Reason.BAD_TEXT: "The text of this message could not be filled in.",
    Reason.REFUSED: "The receiving side refused it for good.",
    Reason.TRY_AGAIN: "The receiving side could not take it just then; it is tried again.",
    Reason.CRASHED_WHILE_SENDING: "A crash came while it was being handed over: it may have left, and is not repeated.",
    Reason.NO_CHANNEL: "No channel is set up for this kind of message.",
    Reason.BROKEN: "Something went wrong on our side while deciding; it was set aside after several tries.",
}

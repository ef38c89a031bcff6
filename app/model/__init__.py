"""The local model: what we know of each store, a file a noun. Every row of a store is bound to it by `store_id`."""

from app.model.brake import Brake
from app.model.checkout import Checkout
from app.model.code import CodeState, DiscountCode
from app.model.confirmation import Confirmation, ConfirmationState
from app.model.consent import Consent, Suppression, Tombstone
from app.model.customer import Customer, Identity
from app.model.delivery import Delivery, DeliveryState
from app.model.desk import Deed, DeedKind, Note, SavedFilter, Tag
from app.model.device import Device
from app.model.enrollment import Enrollment, EnrollmentState, Outcome, OutcomeKind
from app.model.event import Event
from app.model.figure import Figure, Forecast
from app.model.installation import Installation, Launch
from app.model.interest import Interest, InterestKind
from app.model.message import Message, MessageState, Receipt
from app.model.order import Fulfillment, Order, OrderLine, Refund, Review
from app.model.product import Product
from app.model.setting import WorkflowSetting, WorkflowVersion
from app.model.short_link import ShortLink
from app.model.staff import May, Member
from app.model.store import Connection, ConnectionState, PrivacyRequest, Store, StoreState
from app.model.sync import JobRun, SyncRun, SyncState
from app.model.tally import Tally, TallyState
from app.model.text import StoreText
from app.model.trial import Trial, TrialState
from app.model.unknown import UnknownValue
from app.model.warmth import SenderDay

__all__ = [
    "Brake",
    "Checkout",
    "CodeState",
    "Confirmation",
    "ConfirmationState",
    "Connection",
    "ConnectionState",
    "Consent",
    "Customer",
    "Deed",
    "DeedKind",
    "Delivery",
    "DeliveryState",
    "Device",
    "DiscountCode",
    "Enrollment",
    "EnrollmentState",
    "Event",
    "Figure",
    "Forecast",
    "Fulfillment",
    "Identity",
    "Installation",
    "Interest",
    "InterestKind",
    "JobRun",
    "Launch",
    "May",
    "Member",
    "Message",
    "MessageState",
    "Note",
    "Order",
    "OrderLine",
    "Outcome",
    "OutcomeKind",
    "PrivacyRequest",
    "Product",
    "Receipt",
    "Refund",
    "Review",
    "SavedFilter",
    "SenderDay",
    "ShortLink",
    "Store",
    "StoreState",
    "StoreText",
    "Suppression",
    "SyncRun",
    "SyncState",
    "Tag",
    "Tally",
    "TallyState",
    "Tombstone",
    "Trial",
    "TrialState",
    "UnknownValue",
    "WorkflowSetting",
    "WorkflowVersion",
]

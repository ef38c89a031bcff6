"""The settings of a store, section by section, as its page shows them: a new setting is one line in its section."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.choices import NAMES, choices_of, choose
from app.model import DeedKind, Store
from app.pipeline.by_hand.deeds import Hand, On, did
from app.rows import table_of
from app.sections import fields
from app.sections.fields import Field, Kind, Refused, Typed, Value
from app.translations import marked

STORE = table_of(Store)
DAYS = marked("days")


@dataclass(frozen=True, slots=True)
class Section:
    """Some fields that are saved together."""

    name: str
    title: str
    sentence: str
    fields: tuple[Field, ...] = ()


def _number(name: str, label: str, *, span: tuple[int, int], unit: str, says: str = "") -> Field:
    """A whole number of a unit, from one bound to the other, both included."""
    low, high = span
    return Field(name, label, fields.number(low, high), kind=Kind.NUMBER, unit=unit, low=low, high=high, help=says)


def _days(name: str, label: str, *, says: str = "") -> Field:
    return _number(name, label, span=(7, 3650), unit=DAYS, says=says)


def _yes(name: str, label: str, *, says: str) -> Field:
    return Field(name, label, fields.truth, fields.shown_truth, Kind.CHECK, says)


SECTIONS: tuple[Section, ...] = (
    Section(
        "sender",
        marked("Sender and brand"),
        marked("How your messages introduce themselves."),
        (
            Field(
                "sender_name", marked("Sender's name"), fields.line(100), help=marked("Empty: the name of the store.")
            ),
            Field(
                "sender_address",
                marked("Sender's address"),
                fields.mailbox,
                kind=Kind.EMAIL,
                help=marked("Empty: the address that this installation sends from."),
            ),
            Field(
                "reply_to",
                marked("Replies go to"),
                fields.mailbox,
                kind=Kind.EMAIL,
                help=marked("Empty: the store's own address."),
            ),
            Field(
                "postal_address",
                marked("Postal address"),
                fields.lines,
                kind=Kind.LINES,
                help=marked("The law of many countries wants it in every marketing message."),
            ),
            Field("colour", marked("Colour of links and buttons"), fields.colour, kind=Kind.COLOUR),
            Field(
                "logo_url",
                marked("Address of your logo"),
                fields.picture,
                kind=Kind.URL,
                help=marked("A picture on https:// that anybody can see."),
            ),
        ),
    ),
    Section(
        "consent",
        marked("Consent"),
        marked("Marketing goes only to those who said yes. What counts as a yes depends on where they live."),
        (
            Field(
                "double_opt_in",
                marked("Countries that confirm by mail"),
                fields.countries,
                fields.shown_countries,
                help=marked("In these a yes counts once it was confirmed by a link. Two letters each, such as DE, AT."),
            ),
            Field(
                "soft_since",
                marked("Your checkout tells buyers of your mail, and lets them refuse, since"),
                fields.since,
                lambda value: str(value or "")[:10],
                Kind.DAY,
                marked(
                    "Then buyers since that day may get mail about similar goods where the law allows it. Empty: never."
                ),
            ),
            _yes(
                "takes_implied",
                marked("A purchase counts as a yes where the law allows it"),
                says=marked("Canada: for two years after the purchase."),
            ),
        ),
    ),
    Section(
        "sending",
        marked("Sending"),
        marked("How often, and when. What belongs to an order is not held back by this."),
        (
            _number(
                "cap_hours",
                marked("At most one marketing e-mail in"),
                span=(1, 168),
                unit=marked("hours"),
                says=marked("To one person, over all workflows."),
            ),
            _number(
                "cap_per_week",
                marked("At most in seven days"),
                span=(1, 7),
                unit=marked("marketing e-mails"),
            ),
            Field("quiet_from", marked("Quiet from"), fields.clock, fields.shown_clock, Kind.CLOCK),
            Field(
                "quiet_until",
                marked("Quiet until"),
                fields.clock,
                fields.shown_clock,
                Kind.CLOCK,
                marked("Where the recipient lives. Both empty: never."),
            ),
            _number(
                "holdout_percent",
                marked("Held out to measure against"),
                span=(0, 50),
                unit=marked("percent"),
                says=marked("Without people held out nobody can say what the messages really bring."),
            ),
            Field(
                "warm_up_since",
                marked("A new sender's name grows warm since"),
                fields.day,
                kind=Kind.DAY,
                help=marked("From that day on a little more leaves each day. Empty: no warm-up."),
            ),
            _number(
                "warm_up_first",
                marked("Beginning with"),
                span=(10, 100_000),
                unit=marked("messages a day"),
            ),
            _yes(
                "wraps_links",
                marked("Count clicks"),
                says=marked("Links lead by this installation to where they lead."),
            ),
            _yes(
                "marks_links",
                marked("Mark links into the store"),
                says=marked("With utm_source and the workflow's name."),
            ),
        ),
    ),
    Section(
        "codes",
        marked("Discount codes"),
        marked(
            "Each person's own code is made in your store just before its message leaves, and removed when it is over."
        ),
        (
            Field(
                "code_prefix",
                marked("Codes begin with"),
                fields.prefix,
                help=marked(
                    "Such as TEA; eight letters and digits follow. Codes that are made already stay as they are."
                ),
            ),
        ),
    ),
    Section(
        "privacy",
        marked("Privacy"),
        marked("How long what speaks of people is kept, and what was asked in their name."),
        (
            _days("keep_interests_days", marked("Looks and wishes")),
            _days(
                "keep_receipts_days",
                marked("What came of messages"),
                says=marked("Deliveries, opens, clicks; the short links of texts lead nowhere after that."),
            ),
            _days("keep_request_address_days", marked("Network addresses in proofs of consent")),
            _days(
                "keep_gone_people_days",
                marked("People whom the store deleted"),
                says=marked("Then they are erased here as well."),
            ),
        ),
    ),
    Section(
        "addresses",
        marked("Suppressed addresses"),
        marked("These are not written to, whatever a workflow wants."),
    ),
    Section("connection", marked("Connection"), marked("How the store and this installation talk to each other.")),
    Section("staff", marked("Staff"), marked("Who of the store's staff opened this, and what they may do here.")),
)
BY_NAME: Mapping[str, Section] = {one.name: one for one in SECTIONS}


def kept(store: Store, section: Section) -> dict[str, str]:
    """What each field shows as it stands."""
    choices = choices_of(store)
    return {one.name: one.show(getattr(choices if one.name in NAMES else store, one.name)) for one in section.fields}


def save(session: Session, hand: Hand, *, section: Section, typed: Typed) -> dict[str, Refused]:
    """Save a section, or nothing of it where a field is refused: the complaints by the fields' names."""
    values, complaints = _read(section, typed)
    complaints |= _together(values)
    if complaints:
        return complaints
    columns = {name: value for name, value in values.items() if name not in NAMES}
    if columns:
        session.execute(sa.update(STORE).where(STORE.c.id == hand.store_id).values(**columns))
    chosen = {name: value for name, value in values.items() if name in NAMES}
    if chosen:
        choose(session, hand.store_id, **chosen)
    did(session, hand, kind=DeedKind.SETTINGS_CHANGED, on=On(step=section.name))
    return {}


def _read(section: Section, typed: Typed) -> tuple[dict[str, Any], dict[str, Refused]]:
    values: dict[str, Value] = {}
    complaints: dict[str, Refused] = {}
    for one in section.fields:
        try:
            value = one.read(typed.get(one.name, "")[: fields.LONGEST * 2])
            values[one.name] = "" if value is None and one.name in NAMES else value
        except Refused as error:
            complaints[one.name] = error
    return values, complaints


def _together(values: Mapping[str, Value]) -> dict[str, Refused]:
    """What only makes sense together."""
    begins, ends = values.get("quiet_from"), values.get("quiet_until")
    if (begins is None) != (ends is None) or (begins is not None and begins == ends):
        return {"quiet_until": Refused(marked("Quiet hours need two different times, or none."))}
    return {}


def shown(
    section: Section, *, typed: Typed, complaints: Mapping[str, Refused]
) -> Sequence[tuple[Field, str, Refused | None]]:
    """Each field with what is in it and what is wrong with that."""
    return [(one, typed.get(one.name, ""), complaints.get(one.name)) for one in section.fields]

"""Which columns hold what of people, and what becomes of it when somebody is erased: made from the model itself."""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from app.db import Base, InboxBase
from app.model import personal
from app.model.personal import Personal
from app.translations import marked

HOLDS: dict[Personal, str] = {
    Personal.NO: marked("nothing of anybody"),
    Personal.ADDRESS: marked("an address or phone number"),
    Personal.NAME: marked("a name"),
    Personal.ABOUT: marked("what is known of a person"),
    Personal.ID: marked("an id by which the platform or a provider knows a person or an order"),
    Personal.WORDS: marked("words of others, which may quote a person"),
    Personal.LOCKED: marked("encrypted: keys of the store or of a browser, or whom a demand is about until it is met"),
    Personal.OWNER: marked("of whoever runs the store"),
}
GOES = marked("The row is deleted.")
STAYS_BARE = marked("The row stays for counting, and this is emptied.")
OF_STORE = marked("It is not about customers; it goes with the store.")
# What erasing a person does, by table; the house's test holds it against the rows themselves.
FATES: dict[str, str] = {
    **dict.fromkeys(("checkout", "consent", "device", "event", "identity", "interest"), GOES),
    **dict.fromkeys(("note", "short_link", "suppression", "tag"), GOES),
    **dict.fromkeys(("confirmation", "message", "outcome", "enrollment", "receipt"), STAYS_BARE),
    **dict.fromkeys(
        ("brake", "store", "connection", "installation", "member", "saved_filter", "sender_day", "store_text"), OF_STORE
    ),
    "customer": marked("The row stays as an empty shell, so that its id is never given to somebody else."),
    "deed": marked("An audit row stays: who of the store did what, when, on which of our ids."),
    "delivery": marked("One set aside loses its body; one that waits is opened first, and loses it then."),
    "discount_code": marked("The code stays for counting, and no longer says which order it was used for."),
    "orders": marked(
        "The order stays with its money and lines; its link to the person, its region, tokens and codes go."
    ),
    "privacy_request": marked("An audit row with counts and times stays; whom it was about goes when it is met."),
    "sync_run": marked("A wish to read that person again is struck out."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One column that may tell of a person."""

    table: str
    column: str
    what: Personal
    holds: str
    when_erased: str


def data_map() -> list[Line]:
    """Every column that holds something personal, table by table in the order of the model."""
    return [
        Line(column.table.name, column.name, what, HOLDS[what], FATES[column.table.name])
        for column, what in columns()
        if what is not None and what is not Personal.NO
    ]


def columns() -> Iterator[tuple[sa.Column[object], Personal | None]]:
    """Every column of both databases that can hold text, and how it is marked; None where nobody has thought of it yet."""
    for table in [*Base.metadata.sorted_tables, *InboxBase.metadata.sorted_tables]:
        for column in table.columns:
            if isinstance(column.type, sa.String | sa.JSON | sa.LargeBinary):
                yield column, personal.marked(column.info)

"""What random people have in their pockets: a phone that is texted and answers, browsers that show notifications until they
are gone; and the three posts that reach all of it and note what they took."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa

from app.clock import FrozenClock
from app.links import Unsubscription
from app.model import Customer
from app.pipeline import replies
from app.pipeline.devices import Taken, take_in
from app.pipeline.preferences import Chosen, preferences_of, save
from app.pipeline.unsubscribe import unsubscribe
from app.policy.topics import NAMES
from connectors.base import Accepted, Envelope
from connectors.devices import DeviceCall
from connectors.errors import InDoubt, Permanent, Temporary
from connectors.receipts import Reply
from connectors.records import ConsentRecord, ConsentState, Medium
from tests.properties.death import Fate, Postman

if TYPE_CHECKING:
    from tests.properties.lives import Lives

YES, NO = ConsentState.SUBSCRIBED, ConsentState.UNSUBSCRIBED
SERVICE = "https://push.example.com"
WORDS = "Tell me on this device when something I want is back or costs less."
# Where somebody lives, and how the numbers there begin; most do not say where.
PLACES: tuple[tuple[dict[str, str], str], ...] = (
    ({}, "+4915123"),
    ({}, "+4915123"),
    ({}, "+4915123"),
    ({}, "+4915123"),
    ({}, "+336123"),
    ({"country": "FR"}, "+336124"),
    ({"country": "US", "region": "CA"}, "+141555"),
)


@dataclass(frozen=True)
class Seen:
    """Somebody was there with this browser, and the house took that in."""

    at: datetime
    endpoint: str
    name: str


@dataclass
class Pockets:
    """Whose each number is, who was seen on which browser, which browsers are gone, and when the push service said so."""

    numbers: dict[str, str] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    refused: list[tuple[datetime, str]] = field(default_factory=list)

    def number_of(self, name: str) -> str | None:
        """The last one that they had."""
        return next((number for number, owner in reversed(self.numbers.items()) if owner == name), None)

    def owner(self, address: str, *, at: datetime) -> str:
        """Whose this browser was by then: the last one's who was seen on it."""
        return [one.name for one in self.seen if one.endpoint == address and one.at <= at][-1]


@dataclass(frozen=True)
class Taking:
    """One message that was taken: when, under which key, and where it went."""

    at: datetime
    key: str
    address: str


@dataclass
class Postbox(Postman):
    """A postman who notes when each message was taken, and for whom. Now and then it is busy, and now and then its answer is
    lost; `unanswered` are the keys of those."""

    clock: FrozenClock | None = None
    pockets: Pockets = field(default_factory=Pockets)
    dice: random.Random = field(default_factory=random.Random)
    taken_at: list[Taking] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)

    def send(self, envelope: Envelope) -> Accepted:
        self.fate.point("in the call, before it was taken")
        assert self.clock is not None
        address = envelope.to.address
        if self.medium is Medium.PUSH:
            address = str(msgspec.json.decode(address)["endpoint"])
            if address in self.pockets.gone:
                self.pockets.refused.append((self.clock.now(), address))
                raise Permanent("the push service knows this browser no more", bad_address=True)
        if self.dice.random() < 0.02:
            raise Temporary("the line is busy")
        self.taken.append(envelope.key)
        self.taken_at.append(Taking(self.clock.now(), envelope.key, address))
        self.fate.point("in the call, after it was taken")
        if self.dice.random() < 0.01:
            self.unanswered.append(envelope.key)
            raise InDoubt("the answer was lost")
        return Accepted()


def posts(fate: Fate, *, knows: bool, clock: FrozenClock, seed: int) -> dict[str, Postbox]:
    """A post for each medium, all of one wall; `knows`: they can be asked what they were given."""
    pockets, dice = Pockets(), random.Random(seed)
    return {
        medium: Postbox(fate, knows, name=f"post-{medium}", medium=medium, clock=clock, pockets=pockets, dice=dice)
        for medium in (Medium.EMAIL, Medium.SMS, Medium.PUSH)
    }


def equip(lives: "Lives", name: str) -> dict[str, str]:
    """What somebody's account says of their place and their phone, where they have one."""
    place, beginning = lives.dice.choice(PLACES)
    if lives.dice.random() < 0.3:
        return dict(place)
    number = f"{beginning}{len(lives.pockets.numbers):05d}"
    lives.pockets.numbers[number] = name
    return {**place, "phone": number}


def answer_texts(lives: "Lives", name: str, *, state: ConsentState | None = None) -> None:
    """On the store's form, which calls about it: whether they want texts."""
    said = state or lives.dice.choice((YES, YES, NO, ConsentState.PENDING))
    who = lives.people[name].external_id
    lives.tell(ConsentRecord(Medium.SMS, said, lives.now, "form", who, opt_in_level="confirmed_opt_in"))


def send_word(lives: "Lives", name: str) -> None:
    """STOP or START from their phone, which the house hears by itself; a START takes back what a STOP took and no more."""
    number = lives.pockets.number_of(name)
    if number is None:
        return
    state = lives.dice.choice((YES, NO, NO))
    with lives.runtime.database.write() as session:
        heard = replies.obey(session, [Reply(Medium.SMS, number, state, lives.now, "twilio:word")], now=lives.now)
    if heard:
        lives.hear(name, Medium.SMS, state=state)


def change_number(lives: "Lives", name: str) -> None:
    """They have another phone from now on, and their account says so."""
    if (number := lives.pockets.number_of(name)) is not None:
        new = f"{number[:-5]}{len(lives.pockets.numbers):05d}"
        lives.pockets.numbers[new] = name
        lives.join(name, consent=None, phone=new)


def press_the_bell(lives: "Lives", name: str) -> None:
    """A yes to notifications on one of their browsers, now and then on one that somebody else had before."""
    mine = [f"{SERVICE}/{name}-{place}" for place in range(3)]
    others = [one.endpoint for one in lives.pockets.seen[-5:]]
    endpoint = lives.dice.choice(mine if not others or lives.dice.random() < 0.9 else others)
    if endpoint not in lives.pockets.gone and _shows_itself(lives, name, endpoint=endpoint, renews=False):
        lives.hear(name, Medium.PUSH, state=YES)


def come_back(lives: "Lives", name: str) -> None:
    """A browser of theirs is there again, which is no yes."""
    mine = [one.endpoint for one in lives.pockets.seen if one.name == name and one.endpoint not in lives.pockets.gone]
    if mine:
        _shows_itself(lives, name, endpoint=lives.dice.choice(mine), renews=True)


def _shows_itself(lives: "Lives", name: str, *, endpoint: str, renews: bool) -> bool:
    said = msgspec.json.encode({"endpoint": endpoint}).decode()
    call = DeviceCall(endpoint, said, "push.example.com", WORDS, "/account", renews)
    who = lives.people[name].external_id or ""
    is_taken = take_in(lives.runtime, lives.store_id, external_id=who, call=call) is Taken.TAKEN
    if is_taken:
        lives.pockets.seen.append(Seen(lives.now, endpoint, name))
    return is_taken


def lose_a_browser(lives: "Lives", name: str) -> None:
    """It was wiped: the push service answers 410 from now on, and nobody tells the house."""
    mine = sorted({one.endpoint for one in lives.pockets.seen if one.name == name} - lives.pockets.gone)
    if mine:
        lives.pockets.gone.add(lives.dice.choice(mine))


def untick(lives: "Lives", name: str) -> None:
    """On the preference page they want one of their media no more."""
    with lives.runtime.database.write() as session:
        one = session.scalars(_row(lives, name)).first()
        held = [medium for medium, gets in preferences_of(one).media.items() if gets] if one else []
        if one is None or not held:
            return
        left = lives.dice.choice(held)
        save(session, one, chosen=Chosen(frozenset({*held} - {left}), frozenset(NAMES)), now=lives.now)
    lives.hear(name, Medium(left), state=NO)


def click_the_way_out(lives: "Lives", name: str) -> None:
    """The link below a mail, or in a text whose sender takes no answer."""
    medium = lives.dice.choice((Medium.EMAIL, Medium.EMAIL, Medium.SMS))
    with lives.runtime.database.write() as session:
        one = session.scalars(_row(lives, name)).first()
        if one is None:
            return
        unsubscribe(session, Unsubscription(lives.store_id, one.id, medium), now=lives.now)
    lives.hear(name, medium, state=NO)


def _row(lives: "Lives", name: str) -> sa.Select[Any]:
    mine = (Customer.store_id == lives.store_id, Customer.external_id == lives.people[name].external_id)
    return sa.select(Customer).where(*mine)


# More often a yes than a no, so that there is somebody left to write to.
DEEDS: tuple[Callable[["Lives", str], None], ...] = (
    answer_texts,
    answer_texts,
    press_the_bell,
    press_the_bell,
    press_the_bell,
    come_back,
    lose_a_browser,
    send_word,
    change_number,
    untick,
    click_the_way_out,
)


def send_off(lives: "Lives", order: str) -> None:
    """The order leaves, or its parcel is seen on its way: with a promise or none, on a shelf or at the carrier's."""
    parcel = lives.parcels.get(order)
    now = lives.now
    if parcel is None:
        promised = lives.dice.choice((None, 1, 2, 4))
        given = {"promised_at": lives.later(days=promised)} if promised else {}
        scans = {"picked_up_at": now, "scanned_at": now} if lives.dice.random() < 0.7 else {}
        lives.ship(order, **given, **scans)
    elif parcel.delivered_at is None:
        lives.parcels[order] = replace(parcel, updated_at=now, scanned_at=now)
        lives.tell(lives.parcels[order])

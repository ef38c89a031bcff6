"""Invents who the real, nameless customers of the history are: the same number is the same person every time."""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta

_FIRST = """
Ada Amara Anna Aoife Astrid Ben Björn Carmen Chidi Chloé Clara Daniel Dora Elif Emma Esther Farid Fatima Felix
Fiona Freya George Grace Hana Hannah Henrik Hugo Ines Ingrid Isla Jack James Jorge José Julia Kaito Karin Kwame
Lars Leila Leo Liam Lucía Łukasz Maeve Maja Marco Maria Mateo Mei Mia Miriam Mohamed Nadia Niamh Nina Noah Nora
Olga Oliver Olivia Omar Oscar Otto Pablo Paolo Petra Priya Rafael Ravi Renée Rosa Ruth Sam Sara Seán Selma Sofia
Søren Tara Theo Thomas Tom Tove Uma Vera Viktor Wanda Willow Yara Yusuf Zara Zoë
"""
_LAST = """
Abbott Achebe Adams Ahmed Andersson Baker Bakker Becker Bennett Berg Bianchi Byrne Campbell Carter Chen Clarke
Cohen Collins Cooper Costa Cruz Dahl Davies Dubois Edwards Evans Fischer Fletcher Fontaine Foster García Gray
Green Haas Hall Hansen Harris Hill Horvat Hughes Ito Ivanov Jansen Jensen Johansson Jones Kaur Kelly Khan Kim
Kowalski Lambert Larsen Lee Lefèvre Lindqvist Lopez Martin Mason Mendes Meyer Moreau Morgan Müller Murphy
Nakamura Nguyen Novak Nowak Nwosu O’Brien O’Neill Okafor Olsen Ortiz Owen Palmer Papadakis Parker Patel Pereira
Quinn Rao Reid Richter Rossi Ryan Sato Schmidt Schneider Shah Silva Simmons Singh Smith Sørensen Svensson Taylor
Turner Vogel Walker Ward Weber Wilson Wood Wright Yilmaz Young Zhang
"""
FIRST, LAST = tuple(_FIRST.split()), tuple(_LAST.split())


@dataclass(frozen=True, slots=True)
class Person:
    """A customer. `key` is the number in the invoices; `email` is at example.com, or None where none was given."""

    key: str
    first_name: str
    last_name: str
    email: str | None
    country: str
    joined_at: datetime
    accepts_marketing: bool
    birthday: date | None


def invented(key: str, *, country: str, first_bought_at: datetime) -> Person:
    """A whole person for a customer number: about 62 % accept marketing, 40 % gave a birthday, 3 % no address."""
    dice = _dice(key)
    first, last = FIRST[dice[0] % len(FIRST)], LAST[dice[1] % len(LAST)]
    # Half join while buying, the others looked around for up to a month before.
    waited = timedelta(minutes=3) if dice[2] < 128 else timedelta(minutes=dice[3] * 170)
    return Person(
        key=key,
        first_name=first,
        last_name=last,
        email=None if dice[4] < 8 else f"{_ascii(first)}.{_ascii(last)}.{key}@example.com",
        country=country,
        joined_at=first_bought_at - waited,
        accepts_marketing=dice[5] < 159,
        birthday=_birthday(dice) if dice[6] < 102 else None,
    )


def _dice(key: str) -> bytes:
    return hashlib.sha256(f"person {key}".encode()).digest()


def _birthday(dice: bytes) -> date:
    if dice[7] < 4:
        return date(1992, 2, 29)
    return date(1950, 1, 1) + timedelta(days=(dice[8] * 256 + dice[9]) % 20_000)


def _ascii(name: str) -> str:
    plain = name.translate(str.maketrans("ŁłØø", "LlOo"))
    folded = unicodedata.normalize("NFKD", plain)
    return "".join(letter for letter in folded if letter.isascii() and letter.isalpha()).lower()

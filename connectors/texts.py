"""How long a text is on its way to a phone: the alphabet that it needs, and how many segments are paid for (3GPP TS 23.038)."""

from dataclasses import dataclass
from enum import StrEnum

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each of these takes two places: an escape, and itself.
EXTENDED = frozenset("\f^{}\\[~]|€")


class Alphabet(StrEnum):
    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


# (places in a text of one segment, places in each of many: the rest says which one it is).
ROOM = {Alphabet.GSM_7: (160, 153), Alphabet.UCS_2: (70, 67)}


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs. `units` counts places of its alphabet; `strange` lists what keeps it out of the cheap one."""

    alphabet: Alphabet
    units: int
    count: int
    strange: tuple[str, ...] = ()

    def __str__(self) -> str:
        why = f", because of {' '.join(self.strange[:5])}" if self.strange else ""
        return f"{self.count} segment{'' if self.count == 1 else 's'} ({self.units} places, {self.alphabet}{why})"


def segments(text: str) -> Segments:
    """How a text travels. No character is torn apart between two segments."""
    strange = tuple(dict.fromkeys(one for one in text if one not in BASIC and one not in EXTENDED))
    alphabet = Alphabet.UCS_2 if strange else Alphabet.GSM_7
    sizes = [_size(one, alphabet) for one in text]
    whole, each = ROOM[alphabet]
    count = 1 if sum(sizes) <= whole else _packed(sizes, each)
    return Segments(alphabet, sum(sizes), count, strange)


def _size(character: str, alphabet: Alphabet) -> int:
    if alphabet is Alphabet.UCS_2:
        return 2 if ord(character) > 0xFFFF else 1
    return 2 if character in EXTENDED else 1


def _packed(sizes: list[int], room: int) -> int:
    count, left = 1, room
    for size in sizes:
        if size > left:
            count, left = count + 1, room
        left -= size
    return count

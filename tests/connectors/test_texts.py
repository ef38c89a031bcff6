"""How many segments a text is: the cheap alphabet where it can be, and no character torn apart."""

import pytest

from connectors.texts import Alphabet, segments


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "count"),
    [
        ("", Alphabet.GSM_7, 0, 1),
        ("a" * 160, Alphabet.GSM_7, 160, 1),
        ("a" * 161, Alphabet.GSM_7, 161, 2),
        ("a" * 306, Alphabet.GSM_7, 306, 2),
        ("a" * 307, Alphabet.GSM_7, 307, 3),
        ("€" * 80, Alphabet.GSM_7, 160, 1),
        # The 77th euro would have its escape in one segment and itself in the next.
        ("€" * 152 + "a", Alphabet.GSM_7, 305, 2),
        ("a" + "€" * 76 + "a" * 153, Alphabet.GSM_7, 306, 2),
        ("€" * 76 + "a" + "€" * 76, Alphabet.GSM_7, 305, 2),
        ("ç", Alphabet.UCS_2, 1, 1),
        ("Ç", Alphabet.GSM_7, 1, 1),
        ("お" * 70, Alphabet.UCS_2, 70, 1),
        ("お" * 71, Alphabet.UCS_2, 71, 2),
        ("🍵" * 35, Alphabet.UCS_2, 70, 1),
        # 33 cups fill 66 of 67 places: the 34th goes whole into the next segment.
        ("🍵" * 67, Alphabet.UCS_2, 134, 3),
    ],
)
def test_a_text_is_counted_as_carriers_count(text: str, alphabet: Alphabet, units: int, count: int) -> None:
    found = segments(text)
    assert (found.alphabet, found.units, found.count) == (alphabet, units, count)


def test_the_merchant_reads_what_makes_it_dear() -> None:
    assert str(segments("5 € off")) == "1 segment (8 places, GSM-7)"
    assert str(segments("Tea “today”" * 10)) == "2 segments (110 places, UCS-2, because of “ ”)"

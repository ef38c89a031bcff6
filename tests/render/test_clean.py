"""What others wrote about themselves, made fit for our sentences."""

import pytest

from app.render import clean


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (None, ""),
        ("", ""),
        ("  a \t b\r\n c ", "a b c"),
        ("a\u0000\u200b\u2028b", "a b"),
        ("\u202eevil\u2066", "evil"),
        ("x" * 201, "x" * 199 + "…"),
        ("x" * 10**7, "x" * 199 + "…"),
        ("👩\u200d🚀 Ada", "👩\u200d🚀 Ada"),
    ],
)
def test_a_line_is_one_short_line(written: str | None, said: str) -> None:
    assert clean.line(written) == said


@pytest.mark.parametrize("name", ["Anna", "Zoë-María", "O'Neil", "J. R.", "李", "محمد", "Mary Ann", "Ng", "Dr. Who"])
def test_a_name_stays(name: str) -> None:
    assert clean.name(name) == name


@pytest.mark.parametrize(
    "name", [None, "", "null", "None", "N/A", "Guest", "-", "123", "a@example.com", "buy.example.com"]
)
def test_what_is_no_name_is_left_out(name: str | None) -> None:
    assert clean.name(name) == ""


@pytest.mark.parametrize(
    ("words", "direction"), [("hello", "ltr"), ("שלום", "rtl"), ("שלום abc", "rtl"), ("hello שלום", "ltr"), ("1 !", "")]
)
def test_most_letters_say_how_words_are_read(words: str, direction: str) -> None:
    assert clean.direction(words) == direction


def test_only_words_that_are_read_from_the_right_are_held_together() -> None:
    assert clean.isolated("hello") == "hello"
    assert clean.isolated("") == ""
    assert clean.isolated("a שלום") == "\u2068a שלום\u2069"

"""What a column of text tells of a person, said beside the column itself: the data map and its test read it there."""

from collections.abc import Mapping
from enum import StrEnum


class Personal(StrEnum):
    """`id` leads to a person at the platform or a provider; `words` are others' words, which may quote anybody; `locked` is
    encrypted; `owner` is of whoever runs the store; `no` tells of nobody."""

    NO = "no"
    ADDRESS = "address"
    NAME = "name"
    ABOUT = "about"
    ID = "id"
    WORDS = "words"
    LOCKED = "locked"
    OWNER = "owner"


KEY = "personal"


def _mark(what: Personal) -> dict[str, Personal]:
    return {KEY: what}


NO, ADDRESS, NAME, ABOUT = _mark(Personal.NO), _mark(Personal.ADDRESS), _mark(Personal.NAME), _mark(Personal.ABOUT)
ID, WORDS, LOCKED, OWNER = _mark(Personal.ID), _mark(Personal.WORDS), _mark(Personal.LOCKED), _mark(Personal.OWNER)


def marked(info: Mapping[str, object]) -> Personal | None:
    """The mark of a column by its `info`; None where it has none."""
    return Personal(str(info[KEY])) if KEY in info else None

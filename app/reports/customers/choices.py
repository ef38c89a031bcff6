"""How somebody wants to see the customers: which of them, by what sorted, with which columns. Machine words alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Group(StrEnum):
    """`lapsed` have ordered, and not for longer than nine in ten of the store's gaps between orders."""

    ALL = "all"
    NEVER_BOUGHT = "never_bought"
    BOUGHT_ONCE = "bought_once"
    CAME_AGAIN = "came_again"
    LAPSED = "lapsed"
    SUBSCRIBED = "subscribed"
    NO_CONSENT = "no_consent"
    PAUSED = "paused"


class Sort(StrEnum):
    LAST_ORDER = "last_order"
    ORDERS = "orders"
    SPENT = "spent"
    NEWEST = "newest"


class Column(StrEnum):
    """What may stand beside a name."""

    ADDRESS = "address"
    ORDERS = "orders"
    SPENT = "spent"
    FIRST_ORDER = "first_order"
    LAST_ORDER = "last_order"
    NEXT_ORDER = "next_order"
    CONSENT = "consent"
    COUNTRY = "country"
    TAGS = "tags"


USUAL = (Column.ADDRESS, Column.ORDERS, Column.SPENT, Column.LAST_ORDER, Column.CONSENT)
LONGEST_TAG = 40


@dataclass(frozen=True, slots=True)
class Choices:
    group: Group = Group.ALL
    tag: str | None = None
    sort: Sort = Sort.LAST_ORDER
    is_down: bool = True
    columns: tuple[Column, ...] = USUAL

    def written(self) -> dict[str, Any]:
        """As it is kept."""
        words: dict[str, Any] = {"group": self.group.value, "tag": self.tag, "sort": self.sort.value}
        return {**words, "is_down": self.is_down, "columns": [one.value for one in self.columns]}


def read(said: Mapping[str, Any]) -> Choices:
    """Choices from what was kept or asked for; a word that we do not know counts as not said."""
    columns = tuple(one for one in Column if one.value in _listed(said.get("columns"))) or USUAL
    tag = str(said.get("tag") or "").strip()[:LONGEST_TAG]
    is_down = str(said.get("is_down", True)).lower() not in {"false", "0", "up"}
    group, sort = _one_of(Group, said.get("group")), _one_of(Sort, said.get("sort"))
    return Choices(Group(group or Group.ALL), tag or None, Sort(sort or Sort.LAST_ORDER), is_down, columns)


def _one_of(words: type[StrEnum], said: Any) -> str | None:
    return str(said) if str(said) in {word.value for word in words} else None


def _listed(said: Any) -> Sequence[str]:
    return [str(one) for one in said] if isinstance(said, list | tuple) else str(said or "").split(",")

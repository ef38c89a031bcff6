"""The topics that a recipient may choose among: what a workflow is for, by its right of way."""

from workflows.language import Rank

TOPICS: dict[Rank, str] = {
    Rank.CHECKOUT: "reminders",
    Rank.REPLENISHMENT: "refills",
    Rank.BIRTHDAY: "birthday",
    Rank.REVIEW: "reviews",
    Rank.WIN_BACK: "news",
    Rank.OTHER: "news",
}
NAMES: tuple[str, ...] = tuple(dict.fromkeys(TOPICS.values()))


def topic_of(rank: Rank) -> str | None:
    """The topic of a workflow with this right of way; None for what makes up for a trouble, which nobody may miss."""
    return TOPICS.get(rank)

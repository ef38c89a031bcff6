"""One way to print a figure: beside its goal, met or missed, and beside the limit that the same run measured."""

import sys


def figure(what: str, found: float, *, goal: float, unit: str = "a second", least: float | None = None) -> bool:
    """Print a rate that should be at least its goal, or at least `least` where the goal is an aim; whether it is met."""
    bar = goal if least is None else least
    wanted = f"goal {goal:,.0f}" if least is None else f"goal {goal:,.0f}, at least {least:,.0f}"
    word = "met" if found >= goal else "at least met" if found >= bar else "missed"
    say(f"{what}: {found:,.0f} {unit}; {wanted}: {word}")
    return found >= bar


def beside(what: str, limit: float, *, of: float) -> None:
    """Print a limit, and which part of it the figure is."""
    say(f"  beside it {what}: {limit:,.0f} a second; so {of / limit:.2f} of the limit")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()

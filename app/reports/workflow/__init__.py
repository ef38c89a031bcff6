"""The workflows of a store as its pages show them: all of them at a glance, and one with its steps, dials and versions."""

from app.reports.workflow.cards import Card, cards
from app.reports.workflow.dials import DialView, Refused, meant
from app.reports.workflow.one import OneView, StepView, VersionView, one
from app.reports.workflow.people import Example, examples

__all__ = [
    "Card",
    "DialView",
    "Example",
    "OneView",
    "Refused",
    "StepView",
    "VersionView",
    "cards",
    "examples",
    "meant",
    "one",
]

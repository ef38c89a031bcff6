"""Replays a store's history through one workflow, by the code of the live run, with a moving clock and no side effects."""

from app.rehearsal.rehearse import CannotRehearseError, OnDay, Rehearsed, Said, rehearse
from app.rehearsal.together import rehearse_in_parts

__all__ = ["CannotRehearseError", "OnDay", "Rehearsed", "Said", "rehearse", "rehearse_in_parts"]

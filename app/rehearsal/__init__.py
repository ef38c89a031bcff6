"""Replays a store's history through one workflow, by the code of the live run, with a moving clock and no side effects."""

from app.rehearsal.rehearse import CannotRehearseError, Rehearsed, Said, rehearse

__all__ = ["CannotRehearseError", "Rehearsed", "Said", "rehearse"]

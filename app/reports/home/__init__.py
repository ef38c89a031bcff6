"""The first page's questions: the setup guide, what needs attention, and what was done and caused."""

from app.reports.home.attention import Attention, Trouble, attention
from app.reports.home.doings import Doings, Top, doings
from app.reports.home.guide import Guide, Task, guide

__all__ = ["Attention", "Doings", "Guide", "Task", "Top", "Trouble", "attention", "doings", "guide"]

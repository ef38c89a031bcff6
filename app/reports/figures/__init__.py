"""The reports over a whole store: messages, workflows against those held out, who comes back. Counted once a night into one
row each, since nobody waits for a million orders; a small store without such a row yet is reckoned on the spot.
"""

from app.reports.figures.keeping import Kept, keep, kept
from app.reports.figures.pace import lapsed_after
from app.reports.figures.shapes import BuyersFigure, BuyersMonth, EffectRow, EffectsFigure, Sales, SentFigure, SentRow
from app.reports.figures.telling import buyers, effects, sent

__all__ = [
    "BuyersFigure",
    "BuyersMonth",
    "EffectRow",
    "EffectsFigure",
    "Kept",
    "Sales",
    "SentFigure",
    "SentRow",
    "buyers",
    "effects",
    "keep",
    "kept",
    "lapsed_after",
    "sent",
]

"""The law of the house as pure functions: values in, verdict with a reason out; no database, no clock, no Flask."""

from app.policy.caps import CAPS, Cap
from app.policy.law import Case, Law, Standing, decide
from app.policy.quiet import Quiet
from app.policy.reasons import SENTENCES, Reason
from app.policy.verdict import Decision, Verdict

__all__ = ["CAPS", "SENTENCES", "Cap", "Case", "Decision", "Law", "Quiet", "Reason", "Standing", "Verdict", "decide"]

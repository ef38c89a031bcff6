"""Whom a stretch of history takes into a workflow: each subject once, by its surest news, its cool-off kept.

Two ask for it: a rehearsal, which lives through the history and had judged the one when the next came; and a switch that takes
recent history in, for which nothing was judged yet, so that the latest is the one that is spoken of.
"""

from collections.abc import Iterable
from operator import attrgetter

from app.pipeline.enroll import Taking
from workflows.language import Workflow


def entries(takings: Iterable[Taking], *, workflow: Workflow, is_lived: bool) -> list[Taking]:
    """One person's ways into the workflow, in the order of time. `is_lived`: they were judged as they fell due."""
    best: dict[str, Taking] = {}
    for one in takings:
        if _is_better(one, best.get(one.subject), restarts=workflow.starts.restarts):
            best[one.subject] = one
    in_order = sorted(best.values(), key=attrgetter("anchor", "subject"))
    return in_order if workflow.starts.cool_off is None else _cooled_off(in_order, workflow, is_lived=is_lived)


def _is_better(one: Taking, held: Taking | None, *, restarts: bool) -> bool:
    if held is None or one.rank != held.rank:
        return held is None or one.rank < held.rank
    return one.anchor > held.anchor if restarts else one.anchor < held.anchor


def _cooled_off(in_order: Iterable[Taking], workflow: Workflow, *, is_lived: bool) -> list[Taking]:
    pause = workflow.starts.cool_off
    kept: list[Taking] = []
    for one in in_order:
        if pause is None or not kept or one.anchor >= kept[-1].anchor + pause:
            kept.append(one)
        elif not is_lived or one.anchor < kept[-1].due_at:
            # Nothing was decided of the earlier one: it gives way.
            kept[-1] = one
    return kept

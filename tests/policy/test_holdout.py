"""Who is held out: the same people for ever, about as many as said, and others for each workflow and store."""

from itertools import pairwise

from app.policy.holdout import is_held_out

PEOPLE = range(1, 5001)


def held(*, percent: int, workflow: str = "welcome", store: str = "tea") -> set[int]:
    return {one for one in PEOPLE if is_held_out(store_key=store, customer_id=one, workflow=workflow, percent=percent)}


def test_ten_percent_are_about_ten_percent() -> None:
    assert 420 <= len(held(percent=10)) <= 580


def test_none_and_all() -> None:
    assert held(percent=0) == set()
    assert held(percent=100) == set(PEOPLE)


def test_raising_the_share_only_adds_people() -> None:
    shares = [held(percent=percent) for percent in (1, 5, 10, 20, 50)]
    assert all(smaller < larger for smaller, larger in pairwise(shares))


def test_each_workflow_and_each_store_holds_out_its_own() -> None:
    ours = held(percent=10)
    assert held(percent=10, workflow="win_back") & ours != ours
    assert held(percent=10, store="coffee") & ours != ours


def test_somebody_who_was_held_out_before_is_held_out_after_an_update_of_ours() -> None:
    assert sorted(held(percent=1))[:5] == FIRST_HELD_OUT


# Pinned: another hash would turn everybody's experiments over.
FIRST_HELD_OUT = [100, 117, 159, 226, 249]

"""The soak in small, so that it never stops working: `python -m tests.soak.kills` is the whole of it."""

from tests.soak.kills import soak


def test_a_worker_killed_while_it_sends_says_nothing_twice_and_names_its_doubts() -> None:
    account = soak(2, 300)
    assert account.is_right, account
    assert account.sent + account.doubts == 300
    assert account.kills == 2

"""Many random lives at once, against the real pipeline: what must never be never is. Ten thousand are lived by
`python -m tests.soak.lives`; here some hundreds, the same in each run."""

from tests.soak.lives import world

PEOPLE, DAYS, SEED = 250, 12, 100


def test_whatever_happens_nobody_is_embarrassed() -> None:
    seen = world(SEED, people=PEOPLE, days=DAYS)
    assert seen.complaints == []
    assert seen.said.total() > PEOPLE
    assert len(seen.said) > 10

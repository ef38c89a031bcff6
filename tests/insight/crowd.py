"""A store's past with as many lines as asked for: many customers, few products that sell a lot, two years."""

import numpy as np

from app.insight.histories import Lines


def crowd(count: int) -> Lines:
    """Twenty lines a customer, of up to 2,000 products."""
    random = np.random.default_rng(3)
    return Lines.of(
        customer=random.integers(0, count // 20, count),
        product=(random.pareto(1.1, count) * 20).astype(np.int64) % 2_000,
        day=random.uniform(0, 730, count),
        quantity=random.integers(1, 4, count),
    )

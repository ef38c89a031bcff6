"""Logistic regression with a ridge, by Newton's method: small, deterministic, and finite on any data."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from app.insight.arrays import Floats

ROUNDS = 25
LIMIT = 15.0
# Products of matrices no taller than this are done on one core; taller ones start threads that fight with other workers.
TALL = 400


@dataclass(frozen=True, slots=True)
class Logistic:
    """Columns are centred and scaled before they are weighed; the first weight is the intercept. What lies outside of what
    was learnt from (`low` to `high`) counts as its nearest edge: nothing is extrapolated."""

    low: Floats
    high: Floats
    centre: Floats
    scale: Floats
    weights: Floats

    def probability(self, columns: Sequence[Floats]) -> Floats:
        """The columns may have any shapes that broadcast; the answer has their common shape."""
        total = self.weights[:1]
        for column, low, high, centre, scale, weight in zip(columns, *self._by_column(), strict=True):
            total = total + (np.clip(column, low, high) - centre) * (weight / scale)
        return np.asarray(expit(np.clip(total, -LIMIT, LIMIT)))

    def _by_column(self) -> tuple[list[float], ...]:
        parts = (self.low, self.high, self.centre, self.scale, self.weights[1:])
        return tuple(part.tolist() for part in parts)


def learn(features: Floats, happened: Floats, *, ridge: float) -> Logistic:
    """`ridge` is in observations: weights of columns that matter little stay near none."""
    centre = features.mean(axis=0)
    scale = features.std(axis=0)
    scale = np.where(scale > 1e-9, scale, 1.0)
    design = _in_batches(np.column_stack([np.ones(len(features)), (features - centre) / scale]))
    outcome = _in_batches(happened[:, None])[..., 0]
    penalty = np.full(design.shape[2], ridge)
    penalty[0] = 1e-3
    share = float(np.clip(happened.mean(), 1e-4, 1 - 1e-4))
    weights = np.zeros(design.shape[2])
    weights[0] = np.log(share / (1 - share))
    for _ in range(ROUNDS):
        step = _step(design, outcome, weights=weights, penalty=penalty)
        weights = weights + np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-4:
            break
    return Logistic(features.min(axis=0), features.max(axis=0), centre, scale, weights)


def _in_batches(rows: Floats) -> Floats:
    """Batches by rows by columns, the last filled up with rows of zeros, which weigh nothing."""
    filled = np.zeros((-(-len(rows) // TALL) * TALL, rows.shape[1]))
    filled[: len(rows)] = rows
    return filled.reshape(-1, TALL, rows.shape[1])


def _step(design: Floats, outcome: Floats, *, weights: Floats, penalty: Floats) -> Floats:
    p = expit(np.clip(np.matmul(design, weights), -LIMIT, LIMIT))
    turned = np.swapaxes(design, 1, 2)
    curve = np.matmul(turned, design * (p * (1 - p))[..., None]).sum(axis=0) + np.diag(penalty)
    slope = np.matmul(turned, (outcome - p)[..., None]).sum(axis=0)[:, 0] - penalty * weights
    return np.asarray(np.linalg.solve(curve, slope))

"""A small model to train on a snapshot: ridge regression and nothing but numpy."""

from typing import Self

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from featuretrail import FeatureSnapshot

Floats = NDArray[np.float64]

PENALTY = 10.0
LONGEST_DELAY = 120.0
"""Minutes to which a delay is cut for training: a few flights leave a day late."""


@frozen
class Ridge:
    """A linear model of standardised features; a missing value counts as the mean."""

    mean: Floats
    scale: Floats
    weights: Floats
    intercept: float

    @classmethod
    def fit(cls, features: Floats, target: Floats) -> Self:
        """Return the model with the least squares of errors and (weakly) of weights."""
        mean = np.nanmean(features, axis=0)
        scale = np.nanstd(features, axis=0)
        scale = np.where(scale > 0, scale, 1.0)
        inputs = _standardised(features, mean, scale)
        intercept = float(target.mean())
        penalty = np.sqrt(PENALTY) * np.eye(inputs.shape[1])
        weights = np.linalg.lstsq(
            np.vstack([inputs, penalty]),
            np.concatenate([target - intercept, np.zeros(inputs.shape[1])]),
        )[0]
        return cls(mean, scale, weights, intercept)

    def predict(self, features: Floats) -> Floats:
        """Return the predicted target of each row."""
        inputs = _standardised(features, self.mean, self.scale)
        return np.asarray(self.intercept + inputs @ self.weights)


@frozen
class Trial:
    """How a model did on flights it had never seen.

    ``error`` and ``error_of_mean`` are root mean squared errors in minutes, of the model and of
    always answering the mean; ``ranking`` is the chance that of a late and a punctual flight the
    late one was predicted to be later (0.5 is guessing); ``weights`` are by feature, in minutes a
    standard deviation.
    """

    train_rows: int
    test_rows: int
    error: float
    error_of_mean: float
    ranking: float
    weights: dict[str, float]


def trial(snapshot: FeatureSnapshot) -> Trial:
    """Train on the snapshot's train split and return how the model does on its test split."""
    table = snapshot.to_arrow()
    features = snapshot.to_numpy()
    target = np.minimum(snapshot.to_numpy([str(snapshot.label)])[:, 0], LONGEST_DELAY)
    train = np.asarray(table["split"].to_pylist()) == "train"
    model = Ridge.fit(features[train], target[train])
    truth, predicted = target[~train], model.predict(features[~train])
    return Trial(
        int(train.sum()),
        len(truth),
        _rmse(truth - predicted),
        _rmse(truth - target[train].mean()),
        ranking(predicted, truth > 15),
        dict(zip(snapshot.features, model.weights.tolist(), strict=True)),
    )


def ranking(score: Floats, positive: NDArray[np.bool_]) -> float:
    """Return the area under the ROC curve, by ranks (Mann and Whitney 1947), ties at half."""
    ordered = np.sort(score)
    low = np.searchsorted(ordered, score, side="left")
    high = np.searchsorted(ordered, score, side="right")
    ranks = (low + high + 1) / 2
    hits, misses = int(positive.sum()), int((~positive).sum())
    return float((ranks[positive].sum() - hits * (hits + 1) / 2) / (hits * misses))


def _standardised(features: Floats, mean: Floats, scale: Floats) -> Floats:
    filled = np.where(np.isnan(features), mean, features)
    return np.asarray((filled - mean) / scale)


def _rmse(errors: Floats) -> float:
    return float(np.sqrt(np.mean(errors**2)))

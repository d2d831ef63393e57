"""The score of a cost: how much of a feature's budget it keeps to."""

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.inputs import check_amount, shown

DEFAULT_BUDGET_MS = 100.0
"""Milliseconds that a use of a feature may take unless its metadata say otherwise."""

BUDGET_KEY = "budget_ms"
"""The key of a feature's metadata, of type ``performance``, that holds its budget."""


def score(milliseconds: float, budget_ms: float) -> float:
    """Return 100 for a time within the budget, else 100 times the budget over the time.

    So 50 is twice the budget, 10 ten times; it never reaches 0.
    """
    return 100.0 if milliseconds <= budget_ms else 100.0 * budget_ms / milliseconds


def check_budget(given: object) -> float:
    """Return a budget in milliseconds; raise ``InvalidInputError`` if it is no number above 0."""
    budget = check_amount("budget_ms", given)
    if budget == 0.0:
        raise InvalidInputError(f"budget_ms is {shown(given)}; give a number of milliseconds")
    return budget

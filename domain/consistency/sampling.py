"""Which entities are compared: a share of them, chosen by the hash of their keys."""

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.inputs import shown
from featuretrail.domain.serving.sampling import check_share


def check_sample(given: object) -> float:
    """Return a share above 0, up to 1; which entities it chooses, ``serving.sampling`` tells.

    They are the same ones for ever, so that a check and the served log choose alike.
    """
    share = check_share("sample", given)
    if share == 0:
        raise InvalidInputError(f"sample is {shown(given)}; give a share above 0, up to 1")
    return share

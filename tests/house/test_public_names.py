"""The names that users import."""

from types import ModuleType

import featuretrail


def test_all_is_complete_and_sorted() -> None:
    public = {
        name
        for name, value in vars(featuretrail).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert featuretrail.__all__ == sorted(public)

"""Settings: precedence, readable refusals, secrets kept."""

from pathlib import Path

import pytest

from featuretrail.domain.errors import InvalidInputError
from featuretrail.infrastructure.settings import Settings


def test_an_argument_beats_the_environment_which_beats_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "featuretrail.toml").write_text(
        'actor = "file"\npool_size = 7\nstatement_timeout = "2m"\n', encoding="utf-8"
    )
    monkeypatch.setenv("FEATURETRAIL_ACTOR", "environment")
    monkeypatch.setenv("FEATURETRAIL_POOL_OVERFLOW", "9")

    settings = Settings.load(actor="argument", url=None)

    assert settings.actor == "argument"
    assert Settings.load().actor == "environment"
    assert (settings.pool_size, settings.pool_overflow) == (7, 9)
    assert settings.statement_timeout == 120.0
    assert settings.url is None


@pytest.mark.usefixtures("folder")
def test_the_defaults_are_those_of_the_specification() -> None:
    settings = Settings.load()

    assert (settings.pool_size, settings.pool_overflow) == (30, 50)
    assert settings.statement_timeout == 30.0
    assert settings.lock_timeout > 0
    assert settings.idle_in_transaction_timeout > 0


@pytest.mark.usefixtures("folder")
def test_an_empty_variable_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEATURETRAIL_URL", "")

    assert Settings.load().url is None


@pytest.mark.usefixtures("folder")
def test_every_fault_is_named_and_no_value_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEATURETRAIL_POOL_SIZE", "hunter2")
    monkeypatch.setenv("FEATURETRAIL_LOCK_TIMEOUT", "-1")

    with pytest.raises(InvalidInputError) as caught:
        Settings.load()

    message = str(caught.value)
    assert "pool_size" in message
    assert "lock_timeout" in message
    assert "FEATURETRAIL_POOL_SIZE" in message
    assert "hunter2" not in message


@pytest.mark.parametrize("value", ["nan", "inf", "1e99", "-5", "soon"])
@pytest.mark.usefixtures("folder")
def test_a_timeout_is_a_sensible_number_of_seconds(value: str) -> None:
    with pytest.raises(InvalidInputError, match="statement_timeout"):
        Settings.load(statement_timeout=value)


def test_an_unknown_setting_in_the_file_is_refused_with_the_known_ones(folder: Path) -> None:
    (folder / "featuretrail.toml").write_text("pool_sizes = 3\n", encoding="utf-8")

    with pytest.raises(InvalidInputError, match=r"pool_sizes: no such setting; .*pool_size,"):
        Settings.load()


@pytest.mark.parametrize("content", [b"pool_size = ", b"\xff\xfe\x00", b"a = 1\na = 2\n"])
def test_a_file_that_is_no_toml_is_refused(folder: Path, content: bytes) -> None:
    (folder / "featuretrail.toml").write_bytes(content)

    with pytest.raises(InvalidInputError, match=r"featuretrail\.toml is no valid TOML"):
        Settings.load()


@pytest.mark.usefixtures("folder")
def test_secrets_do_not_appear_in_text() -> None:
    settings = Settings.load(url="postgresql://u:hunter2@h/d", artifacts="s3://k:hunter2@bucket")

    assert "hunter2" not in repr(settings)
    assert "hunter2" not in str(settings)
    assert settings.secret_url == "postgresql://u:hunter2@h/d"  # noqa: S105 - the test's own
    assert settings.secret_artifacts == "s3://k:hunter2@bucket"  # noqa: S105 - the test's own

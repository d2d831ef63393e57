"""``retention`` and ``maintain``: settings, removals and exit codes."""

import pytest

from tests.cli.conftest import Run


def test_a_retention_is_set_and_shown(run: Run) -> None:
    done = run(
        "retention", "set", "feature_metadata", "--keep", "30d", "--reason", "space", "--json"
    )

    assert done.code == 0
    assert done.json == {
        "table": "feature_metadata",
        "keep_days": 30.0,
        "set_position": 1,
        "horizon": None,
        "applied_position": None,
    }
    assert done.json in run("retention", "show", "--json").json
    assert run("retention", "set", "feature_metadata", "--keep", "forever").code == 0
    assert "for ever" in run("retention", "show").out


@pytest.mark.parametrize(
    ("table", "keep", "complaint"),
    [
        ("feature_metadata", "0d", "at least a day"),
        ("feature_metadata", "999999d", "at most 36,500 days"),
        ("feature_metadata", "-3d", "give days such as 30d, or forever"),
        ("feature_metadata", "a month", "give days such as 30d, or forever"),
        ("feature_lineage", "30d", "none is ever past"),
        ("feature_metadat", "30d", "did you mean 'feature_metadata'"),
    ],
)
def test_what_cannot_be_meant_is_refused(run: Run, table: str, keep: str, complaint: str) -> None:
    done = run("retention", "set", table, f"--keep={keep}")

    assert done.code == 2
    assert complaint in done.err
    assert run("retention", "show", "--json").json[2]["set_position"] is None


@pytest.mark.parametrize("name", [["maintain"], ["db", "maintain"]])
def test_maintain_is_one_command_with_two_names(run: Run, name: list[str]) -> None:
    nothing: dict[str, object] = {"removed": [], "job": None, "job_runs": False}

    assert run(*name, "--json").json == {"dry_run": False, **nothing}
    done = run(*name, "--dry-run", "--json")
    assert (done.code, done.json) == (0, {"dry_run": True, **nothing})


@pytest.mark.tiers("community")
def test_a_job_that_no_scheduler_runs_is_not_relied_on(run: Run) -> None:
    report = run("maintain", "--json").json
    told = run("maintain").out

    assert (report["job"] is None, report["job_runs"]) == (False, False)
    assert f"no scheduler runs job {report['job']} of the database" in told
    assert "run featuretrail maintain every day" in told


def test_maintain_needs_the_database(run: Run) -> None:
    assert run("maintain", "--url", "postgresql://nobody@127.0.0.1:1/none").code == 3

"""What documentation says to run against what it lacks is run, and then nothing lacks."""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from tests.cli.conftest import Run

GROUP, FEATURE = "Ünï_côde", "_Größe_µ"
BARE = f"""
[[group]]
name = "{GROUP}"
keys = {{ "名" = "text" }}

[[group.features]]
name = "{FEATURE}"
dtype = "float64"
"""
SET = f"""
[[group]]
name = "computed"
keys = {{ "名" = "text" }}

[[group.features]]
name = "more"
dtype = "float64"
rule = {{ kind = "sql", source = '"{FEATURE}"\t+ 1', parents = ["{GROUP}.{FEATURE}"] }}

[[set]]
name = "départ"
features = ["{GROUP}.{FEATURE}"]
"""
ROWS = f"名,event_time,{FEATURE}\nEWR,2013-01-01T06:00:00Z,39.02\nJFK,2013-01-01T06:00:00Z,39.5\n"


def pasted(run: Run, command: str) -> None:
    """Run a command as a shell would; findings (1) are as good as 0 here."""
    assert not set("$`\\!*?&|<>") & set(command), command
    program, *arguments = shlex.split(command)
    if program == "featuretrail":
        finished = run(*arguments)
        assert finished.code in (0, 1), finished.err
        return
    assert (program, arguments[0]) == ("python", "-c")
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def written(lines: list[str]) -> str:
    """Return the bare definitions with the lines that are to be added, and their versions."""
    places: dict[str, list[str]] = {"[[group]]": [], "[[group.features]]": []}
    for line in lines:
        place = re.search(r"# in (\[\[.*?\]\])", line)
        assert place is not None, line
        assert tomllib.loads(line), line
        version = re.search(r'with (version = ".*?")', line)
        added = places[place[1]]
        added += [line, *([version[1]] if version else [])]
    text = BARE
    for place_, added in places.items():
        unique = list(dict.fromkeys(re.sub(r" # in \[\[.*", "", each) for each in added))
        text = text.replace(f"{place_}\n", "\n".join([place_, *unique, ""]))
    return text


def missing(run: Run) -> dict[str, dict[str, Any]]:
    documented = run("docs", "show", f"{GROUP}.{FEATURE}", "--json").json
    return {each["item"]: each for each in documented["missing"]}


def test_every_command_mends_what_it_is_printed_for(run: Run, folder: Path) -> None:
    (folder / "bare.toml").write_text(BARE, encoding="utf-8")
    (folder / "set.toml").write_text(SET, encoding="utf-8")
    (folder / "FILE.csv").write_text(ROWS, encoding="utf-8")
    (folder / "spine.csv").write_text(ROWS, encoding="utf-8")
    assert run("apply", "bare.toml").code == 0

    lacking = missing(run)
    assert len(lacking) == 12
    lines = [each["line"] for each in lacking.values() if each["line"] is not None]
    (folder / "FILE.toml").write_text(written(lines), encoding="utf-8")
    for command in dict.fromkeys(each["command"] for each in lacking.values()):
        if "apply" in command and "document" in command:
            continue  # the same file, for another reason
        pasted(run, re.sub(r"FILE$", "FILE.csv", command))
    assert missing(run) == {}, json.dumps(missing(run), indent=1)

    assert run("apply", "set.toml", "--reason", "for the model").code == 0
    assert run("snapshot", "create", "départ", "spine.csv").code == 0
    lacking = missing(run)
    assert list(lacking) == ["consistency check"]
    pasted(run, lacking["consistency check"]["command"])
    assert missing(run) == {}
    shown = run("docs", "show", "computed.more").out
    assert f'```sql\n"{FEATURE}"    + 1\n```' in shown  # a tab is not shown as its escape
    assert "[documentation.policy] of featuretrail.toml is not set" in run("docs", "check").out

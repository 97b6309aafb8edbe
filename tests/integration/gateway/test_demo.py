"""`parley demo` against the real services."""

import json
import os
import subprocess
import sys
from typing import Any

from shared.settings import Settings, to_environment
from shared.testing import running


def parley(settings: Settings, *arguments: str, exit_code: int = 0) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
    done = subprocess.run(
        [sys.executable, "-c", "from shared.cli import main; main()", *arguments],
        env={**environment, **to_environment(settings)},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == exit_code, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def test_the_demo_plays_once_and_shows_what_came_of_it(settings: Settings) -> None:
    with running(settings, "relay", "messaging", "tasks", "gateway"):
        first: dict[str, Any] = json.loads(parley(settings, "demo", "--json"))
        second: dict[str, Any] = json.loads(parley(settings, "demo", "--json"))
        shown = parley(settings, "demo")

    assert all(message["new"] for message in first["messages"])
    assert not any(message["new"] for message in second["messages"])
    assert [message["text"] for message in first["messages"]] == [
        message["text"] for message in second["messages"]
    ]
    for report in (first, second):
        cases = {case["reference"]: case for case in report["cases"]}
        assert set(cases) == {"NV-1001", "NV-1002", "NV-1003", "NV-1004"}
        assert (cases["NV-1001"]["unread_count"], cases["NV-1001"]["open_task_count"]) == (1, 1)
        assert {(task["case"], task["company"]) for task in report["tasks"]} == {
            ("NV-1001", "Nordvik Steel A/S"),
            ("NV-1002", "Hanse Inkasso GmbH"),
            ("NV-1003", "Hanse Inkasso GmbH"),
            (None, "Nordvik Steel A/S"),
        }
        assert all(recipient.endswith("@nordvik.example") for recipient in report["mail"]["recipients"])
    assert "Do you accept?" in shown
    assert "is due at" in shown


def test_without_a_stack_it_says_how_to_start_one(settings: Settings) -> None:
    told = parley(settings, "demo", exit_code=1)

    assert "parley up" in told
    assert "Traceback" not in told

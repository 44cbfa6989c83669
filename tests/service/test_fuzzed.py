"""The whole OpenAPI document, tried by schemathesis against a real server: as anybody, and with a key for everything.

It asks with data that the document allows and with data that it forbids, and holds every answer to the document.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kb_search.events.records import SCOPES
from kb_search.events.state import State
from kb_search.service.app import create_app
from tests.browser.serving import serving
from tests.service.conftest import holder

EXAMPLES = 25
# That offset + limit is at most 200, that a locale or a date has a meaning, and which fields an event of a type needs
# is said in words only: such requests are refused although the document allows them.
UNSAID = "positive_data_acceptance"


@pytest.mark.parametrize("keyed", [False, True], ids=["anybody", "with a key"])
def test_every_answer_is_as_documented(index: Path, state: State, keyed: bool, tmp_path: Path) -> None:
    headers = []
    if keyed:
        headers = ["--header", f"Authorization: Bearer {state.keys.create('fuzz', SCOPES, 'owners').secret}"]
    with serving(create_app(holder(index), state)) as address:
        run = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", f"{address}/openapi.json"),
                *("--checks", "all", "--exclude-checks", UNSAID, "--continue-on-failure"),
                *("--max-examples", str(EXAMPLES), "--seed", "7", "--generation-deterministic", "--no-color"),
                *(
                    "--suppress-health-check",
                    "all",
                    "--warnings",
                    "off",
                ),
                *headers,
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=600,
        )
    assert run.returncode == 0, run.stdout[-8_000:] + run.stderr[-2_000:]
    print(run.stdout)  # with `pytest -s`: what was tried
    assert "No issues found" in run.stdout

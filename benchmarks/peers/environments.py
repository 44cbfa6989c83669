"""A virtual environment for each peer, made by `pip` from its pinned requirements; made once, used again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from kb_search.errors import KbSearchError

_STAMP = "installed.txt"
"""A copy of the requirements, written when all of them are installed."""


def python_of(name: str, requirements: Path, environments: Path) -> Path:
    """Return the Python of an environment, made anew if its requirements have changed.

    The empty name is the project's own. Raises KbSearchError when it cannot be made: no network, no wheel.
    """
    if not name:
        return Path(sys.executable)
    wanted = (requirements / f"{name}.txt").read_text("utf-8")
    folder = environments / name
    # Absolute, links kept: an environment is told by the place of its Python.
    python = (folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")).absolute()
    stamp = folder / _STAMP
    if stamp.is_file() and stamp.read_text("utf-8") == wanted:
        return python
    stamp.unlink(missing_ok=True)
    print(f"Installing {name} into {folder}: some minutes …", file=sys.stderr)
    run_installer([sys.executable, "-m", "venv", "--clear", str(folder)], name)
    run_installer([str(python), "-m", "pip", "install", "--quiet", "-r", str(requirements / f"{name}.txt")], name)
    stamp.write_text(wanted, "utf-8")
    return python


def run_installer(command: list[str], name: str) -> None:
    """Run one step of an installation. Raises KbSearchError with what it says went wrong."""
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode:
        errors = [line for line in finished.stderr.splitlines() if line.startswith("ERROR")]
        last = (errors or finished.stderr.strip().splitlines() or ["no message"])[-1]
        raise KbSearchError(f"The environment of {name} could not be made: {last[:300]}")

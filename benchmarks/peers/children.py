"""Run one peer in a process of its own, and hear what it has to say, to the end or until it fails."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.peers.protocol import Job

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a peer replied, as far as it came; `failure` is the reason why it came no further, empty if it ended well.

    `samples` and `answers` map "<setting>: <series>" to one entry a query.
    """

    facts: dict[str, Any]
    samples: dict[str, list[float]]
    answers: dict[str, list[list[int]]]
    failure: str = ""


def run_peer(python: Path, module: str, job: Job, timeout_s: float) -> Outcome:
    """Do one job in a fresh process; its working folder is deleted afterwards. A failure is an outcome, no error."""
    work = Path(job.work)
    work.mkdir(parents=True, exist_ok=True)
    job_file, reply_file, log = work / "job.json", work / "reply.json", work / "log.txt"
    job_file.write_text(json.dumps(dataclasses.asdict(job)), "utf-8")
    try:
        failure = _wait([str(python), "-m", module, str(job_file), str(reply_file)], log, timeout_s)
        reply: dict[str, Any] = json.loads(reply_file.read_text("utf-8")) if reply_file.is_file() else {}
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Outcome(reply.get("facts", {}), reply.get("samples", {}), reply.get("answers", {}), failure)


def _wait(command: list[str], log: Path, timeout_s: float) -> str:
    # A model that is not there is to be an error, not a download in the middle of a measurement.
    quiet = {"HF_HUB_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False", "TQDM_DISABLE": "1"}
    paths = filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])
    environment = os.environ | quiet | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONNOUSERSITE": "1"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=log.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that a server it has started ends with it
        )
        try:
            status = process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return f"stopped after {timeout_s:.0f} s"
        finally:
            _end_group(process)
    if not status:
        return ""
    words = log.read_text("utf-8", "replace").strip().splitlines() or ["no message"]
    return f"ended with status {status}: {words[-1].strip()[:300]}"


def _end_group(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    process.wait()

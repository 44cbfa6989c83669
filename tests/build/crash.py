"""Kill an indexing process again and again: `python -m tests.build.crash --kills 200`.

Each round edits a text, starts a process that indexes it, and ends it with SIGKILL at a random moment of its work.
Then the index must open, on the generation before or on the new one, and every file of every generation must be whole.
The processes are forked from one that has the engines imported but never used, so that a round takes no second.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.build.slow_writer import index
from tests.build.small import FILES, problems
from tests.fakes import article, searcher_for, write


def edit(folder: Path, number: int) -> None:
    """Write version `number`: one article, and a part that is shared with other versions."""
    texts = {f"{n}.md": article(f"Version {number}", f"Paragraph {n} of {number}.", locale="en") for n in range(4)}
    write(folder / "source", {**FILES, **texts})


def version(folder: Path) -> int:
    """Open the index and read off which version it answers with."""
    with searcher_for(folder / "index") as searcher:
        titles = {hit.title for hit in searcher.search("version paragraph").hits if hit.title.startswith("Version")}
    (title,) = titles  # all four from one version, never a mixture
    return int(title.split()[1])


def crash(folder: Path, kills: int, seed: int) -> Counter[str]:
    """Kill that many writers; count the rounds that ended on the old and on the new generation."""
    choose = random.Random(seed)
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.build.slow_writer"])
    edit(folder, 0)
    index(folder)
    duration = _measured(processes, folder)
    live = version(folder)
    outcomes: Counter[str] = Counter(old=0, new=0)
    for number in range(3, 3 + kills):
        edit(folder, number)
        writer = processes.Process(target=index, args=(folder,))
        writer.start()
        time.sleep(choose.uniform(0, 1.25 * duration))
        writer.kill()
        writer.join()
        writer.close()
        found = version(folder)
        if found not in (live, number):
            raise AssertionError(f"round {number} (seed {seed}): version {found}, neither {live} nor {number}")
        if damaged := problems(folder / "index"):
            raise AssertionError(f"round {number} (seed {seed}): {damaged}")
        outcomes["new" if found == number else "old"] += 1
        live = found
    return outcomes


def _measured(processes: multiprocessing.context.ForkServerContext, folder: Path) -> float:
    """Index in a process of the same kind, without killing it: seconds from its start to its end."""
    for number in (1, 2):  # the first time starts the server
        edit(folder, number)
        started = time.perf_counter()
        writer = processes.Process(target=index, args=(folder,))
        writer.start()
        writer.join()
    return time.perf_counter() - started


def main() -> int:
    """Run by hand; print one line."""
    parser = argparse.ArgumentParser(description="Kill indexing processes at random moments.")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = random.SystemRandom().randrange(1 << 32) if options.seed is None else options.seed
    with tempfile.TemporaryDirectory() as folder:
        outcomes = crash(Path(folder), options.kills, seed)
    sys.stdout.write(
        f"{options.kills} kills (seed {seed}): {outcomes['old']} ended on the old generation, {outcomes['new']} on the "
        "new one, 0 unreadable\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

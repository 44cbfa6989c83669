"""What the process of a peer and the harness say to each other: a job file in, a reply file out, both JSON.

The only module that an adapter shares with the harness, so it needs no more than the standard library and numpy. It
keeps the clock, the same for all: around the one call that answers a query, and nothing else. The reply is written
after every step, so that a peer which crashes has said what it had found until then.
"""

from __future__ import annotations

import dataclasses
import gc
import json
import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Setting = Mapping[str, Any]

PASSAGES, VECTORS, QUERIES, QUERY_VECTORS = "passages.json", "vectors.npy", "queries.json", "query_vectors.npy"
SLOW_S = 10.0
"""Warming up ends after so long, however few queries it was."""


class Engine(Protocol):
    """A peer, opened in an empty folder. Answers are row numbers of the passages given to `build`, best first."""

    def build(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Take in all passages and finish every index; vectors are float32 of shape (texts, dimension), length 1."""
        ...

    def use(self, setting: Setting) -> None:
        """Ask as this setting says from now on."""
        ...

    def dense(self, vector: Vectors, k: int) -> list[int]:
        """Answer by the nearest vectors alone; `vector` has shape (dimension,)."""
        ...

    def hybrid(self, text: str, vector: Vectors, k: int) -> list[int]:
        """Answer by vectors and keywords. Raises NotImplementedError where the peer has no such search."""
        ...


@dataclass(frozen=True)
class Job:
    """What a peer is to do.

    `material` holds the files named above; `work` is a folder of its own; `settings` are measured one after the other
    on one build. `model` is a sentence-transformers folder: with it, queries are embedded inside the clock (and
    `ingest` passages are taken in from their texts, first). `index` and `view` are those of kb-search, and no concern
    of others. `shallow` and `deep` are how many results are asked of the nearest vectors, `limit` how many of both.
    """

    material: str
    work: str
    settings: list[dict[str, Any]]
    model: str | None = None
    index: str = ""
    view: str = "public"
    shallow: int = 10
    deep: int = 100
    limit: int = 10
    judged_limit: int = 0
    warm_up: int = 30
    time_limit_s: float = 60.0
    ingest: int = 0
    clients: int = 0
    seconds: float = 10.0


@dataclass
class Reply:
    """What came of it. `samples` and `answers` map "<setting>: <series>" to one entry a query, in their order."""

    facts: dict[str, Any] = field(default_factory=dict)
    samples: dict[str, list[float]] = field(default_factory=dict)
    answers: dict[str, list[list[int]]] = field(default_factory=dict)


class Session:
    """A job under way: its material, and the reply so far."""

    def __init__(self, job: Job, reply_file: Path) -> None:
        """Read the material; memory before anything of the peer's is noted by the caller."""
        folder = Path(job.material)
        self.job = job
        self.reply = Reply()
        self._file = reply_file
        self.texts: list[str] = json.loads((folder / PASSAGES).read_text("utf-8"))
        self.vectors: Vectors = np.load(folder / VECTORS)
        read: dict[str, list[str]] = json.loads((folder / QUERIES).read_text("utf-8"))
        self.queries, self.warming = read["timed"], read["warm_up"][: job.warm_up]
        known: Vectors = np.load(folder / QUERY_VECTORS)
        self.query_vectors = known[: len(self.queries)]
        self.warming_vectors = known[len(self.queries) :][: job.warm_up]

    def fact(self, name: str, value: Any) -> None:
        """Note a fact and write it down."""
        self.reply.facts[name] = value
        self.write()

    def write(self) -> None:
        """Write the reply as it is now."""
        self._file.write_text(json.dumps(dataclasses.asdict(self.reply)), "utf-8")

    def timed(self, name: str, call: Callable[[str, Vectors], list[int]], clock: bool = True) -> None:
        """Ask every query once, after the warm-up; stop at the time limit. Times are in milliseconds."""
        began = time.perf_counter()
        for text, vector in zip(self.warming, self.warming_vectors, strict=True) if clock else ():
            call(text, vector)
            if time.perf_counter() - began > SLOW_S:
                break
        times: list[float] = []
        answers: list[list[int]] = []
        began = time.perf_counter()
        for text, vector in zip(self.queries, self.query_vectors, strict=True):
            started = time.perf_counter()
            found = call(text, vector)
            ended = time.perf_counter()
            times.append((ended - started) * 1000)
            answers.append([int(row) for row in found])
            if ended - began > self.job.time_limit_s:
                break
        if clock:
            self.reply.samples[f"{name}_ms"] = times
        self.reply.answers[name] = answers
        self.write()


def measure(session: Session, open_engine: Callable[[Path], Engine], packages: Sequence[str]) -> None:
    """Build one engine and ask it everything, setting by setting."""
    job = session.job
    session.fact("versions", versions(packages))
    encoder = Encoder(job.model) if job.model else None
    if encoder and job.ingest:
        _ingest(session, open_engine, encoder)
    note_memory(session, "before")
    folder = Path(job.work) / "whole"
    folder.mkdir(parents=True)
    started = time.perf_counter()
    engine = open_engine(folder)
    engine.use(job.settings[0])
    engine.build(session.texts, session.vectors)
    session.fact("build_s", time.perf_counter() - started)
    note_memory(session, "after")
    session.fact("disk_mb", disk_mb(folder))
    for setting in job.settings:
        engine.use(setting)
        ask_all(session, engine, str(setting["name"]), encoder.query if encoder else None)


def ask_all(session: Session, engine: Engine, name: str, embed: Callable[[str], Vectors] | None) -> None:
    """Run the loops of one setting.

    Without `embed`, with known vectors: "dense" and "dense deep" by the nearest alone, "hybrid", and "judged", which is
    not timed. With it, from the text: "embedding" alone, and the "whole". A peer without a hybrid search answers the
    last of each by the nearest vectors.
    """
    job = session.job

    def best(text: str, vector: Vectors, k: int) -> list[int]:
        if "no_hybrid" in session.reply.facts:
            return engine.dense(vector, k)
        return engine.hybrid(text, vector, k)

    try:
        engine.hybrid(session.queries[0], session.query_vectors[0], job.limit)
    except NotImplementedError as error:
        session.fact("no_hybrid", str(error) or "not implemented")
    if embed is not None:
        session.timed(f"{name}: embedding", lambda text, vector: _nothing(embed(text)))
        session.timed(f"{name}: whole", lambda text, vector: best(text, embed(text), job.limit))
        return
    session.timed(f"{name}: dense", lambda text, vector: engine.dense(vector, job.shallow))
    session.timed(f"{name}: dense deep", lambda text, vector: engine.dense(vector, job.deep))
    if "no_hybrid" not in session.reply.facts:
        session.timed(f"{name}: hybrid", lambda text, vector: engine.hybrid(text, vector, job.limit))
    if job.judged_limit:
        session.timed(f"{name}: judged", lambda text, vector: best(text, vector, job.judged_limit), clock=False)


def _nothing(vector: Vectors) -> list[int]:
    return []


def _ingest(session: Session, open_engine: Callable[[Path], Engine], encoder: Encoder) -> None:
    """Time the way from texts to an index, for the first few passages; the engine of it is not asked anything."""
    folder = Path(session.job.work) / "ingest"
    folder.mkdir(parents=True)
    texts = session.texts[: session.job.ingest]
    encoder.passages(texts[:4])
    started = time.perf_counter()
    engine = open_engine(folder)
    engine.use(session.job.settings[0])
    engine.build(texts, encoder.passages(texts))
    session.fact("ingest_s", time.perf_counter() - started)
    session.fact("ingest_passages", len(texts))
    del engine
    gc.collect()


class Encoder:
    """sentence-transformers, as its documentation shows; the prompts are those that the model folder names."""

    def __init__(self, folder: str) -> None:
        """Load the model for the processor, in float32."""
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(folder, device="cpu", local_files_only=True)

    def query(self, text: str) -> Vectors:
        """Embed one query: float32 of shape (dimension,), length 1."""
        vector: Vectors = self._model.encode(text, prompt_name="query", normalize_embeddings=True)
        return vector

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Embed passages: float32 of shape (texts, dimension), each of length 1."""
        vectors: Vectors = self._model.encode(list(texts), prompt_name="passage", normalize_embeddings=True)
        return vectors


def versions(packages: Sequence[str]) -> str:
    """Name packages with their versions, as installed here."""
    return ", ".join(f"{name} {_version(name)}" for name in packages)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def note_memory(session: Session, when: str) -> None:
    """Write down how much memory this process has now."""
    gc.collect()
    for name, value in memory_mb().items():
        session.fact(f"{name}_{when}_mb", value)


def memory_mb() -> dict[str, float]:
    """Resident set of this process, and the part of it that no file backs, in MiB; empty where there is no /proc."""
    try:
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
    except OSError:
        return {}
    names = {"VmRSS": "rss", "RssAnon": "anonymous"}
    values = dict(line.split(":", 1) for line in lines)
    return {name: int(values[key].split()[0]) / 1024 for key, name in names.items() if key in values}


def disk_mb(folder: Path) -> float:
    """What the files below a folder take on disk, in MiB; 0 for none."""
    files = {(found.st_dev, found.st_ino): found for found in (path.stat() for path in folder.rglob("*"))}
    # Blocks of 512 bytes: a file that was sized beforehand and not filled takes none.
    return sum(found.st_blocks * 512 for found in files.values()) / 2**20


def start(arguments: Sequence[str] | None = None) -> Session:
    """Read the job named on the command line: `JOB REPLY`."""
    job_file, reply_file = (sys.argv[1:] if arguments is None else arguments)[:2]
    job = Job(**json.loads(Path(job_file).read_text("utf-8")))
    session = Session(job, Path(reply_file))
    session.fact("python", platform.python_version())
    return session


def main(open_engine: Callable[[Path, Job], Engine], packages: Sequence[str]) -> None:
    """Do the job; `open_engine` makes an engine in an empty folder, `packages` are those whose versions count."""
    session = start()
    measure(session, lambda folder: open_engine(folder, session.job), packages)

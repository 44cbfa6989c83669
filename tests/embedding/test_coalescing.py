"""Queries of several threads in one run of the model. The fake model stops inside a run until it is let go."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from kb_search.embedding.coalescing import Coalescer, Row

WAIT = 30


class Model:
    """Gives each row its sum and its length. While `gate` is closed, a run stops; `runs` are the rows of each.

    `alone` says of each run whether there was no other.
    """

    def __init__(self) -> None:
        self.runs: list[list[Row]] = []
        self.alone: list[bool] = []
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Semaphore(0)

    def __call__(self, rows: list[Row], alone: bool) -> NDArray[np.float32]:
        self.runs.append(rows)
        self.alone.append(alone)
        self.entered.release()
        assert self.gate.wait(WAIT)
        if any(token < 0 for row in rows for token in row):
            raise RuntimeError("no such token")
        return np.array([[sum(row), len(row)] for row in rows], np.float32)


class Crowd:
    """Threads that ask one after the other: each has reached the queue, or the model, before the next one asks."""

    def __init__(self, coalescer: Coalescer, pool: ThreadPoolExecutor) -> None:
        self._coalescer, self._pool = coalescer, pool

    def ask(self, row: Row) -> Future[NDArray[np.float32]]:
        return self._pool.submit(self._coalescer.embed, row)

    def ask_and_wait_in_line(self, row: Row) -> Future[NDArray[np.float32]]:
        before = len(self._coalescer._waiting)
        asked = self.ask(row)
        while len(self._coalescer._waiting) == before:
            pass
        return asked


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as threads:
        yield threads


def test_one_alone_runs_at_once_in_its_own_thread(model: Model) -> None:
    threads = []

    def run(rows: list[Row], alone: bool) -> NDArray[np.float32]:
        threads.append(threading.current_thread())
        return model(rows, alone)

    assert Coalescer(run).embed([1, 2]).tolist() == [3, 2]
    assert threads == [threading.current_thread()]
    assert (model.runs, model.alone) == ([[[1, 2]]], [True])


def test_who_comes_during_a_run_goes_together_in_the_next(model: Model, pool: ThreadPoolExecutor) -> None:
    crowd = Crowd(Coalescer(model), pool)
    model.gate.clear()
    first = crowd.ask([1])
    assert model.entered.acquire(timeout=WAIT)
    others = [crowd.ask_and_wait_in_line([number]) for number in (2, 3, 4)]
    model.gate.set()
    assert [asked.result(WAIT).tolist() for asked in (first, *others)] == [[1, 1], [2, 1], [3, 1], [4, 1]]
    assert (model.runs, model.alone) == ([[[1]], [[2], [3], [4]]], [True, False])


def test_a_long_text_does_not_pad_short_ones(model: Model, pool: ThreadPoolExecutor) -> None:
    crowd = Crowd(Coalescer(model, padding=2), pool)
    model.gate.clear()
    asked = [crowd.ask([0])]
    assert model.entered.acquire(timeout=WAIT)
    rows: list[Row] = [[1] * 3, [1] * 30, [1] * 5, [1] * 6, [1] * 31]
    asked += [crowd.ask_and_wait_in_line(row) for row in rows]
    model.gate.set()
    assert [future.result(WAIT).tolist() for future in asked[1:]] == [[len(row), len(row)] for row in rows]
    # The oldest leads, and takes along who is within 2 tokens of all: 3 and 5, then 30 and 31, then 6.
    assert [[len(row) for row in run] for run in model.runs] == [[1], [3, 5], [30, 31], [6]]


def test_a_run_takes_no_more_than_its_share(model: Model, pool: ThreadPoolExecutor) -> None:
    crowd = Crowd(Coalescer(model, rows=2), pool)
    model.gate.clear()
    asked = [crowd.ask([0])]
    assert model.entered.acquire(timeout=WAIT)
    asked += [crowd.ask_and_wait_in_line([number]) for number in range(1, 6)]
    model.gate.set()
    assert [future.result(WAIT)[0] for future in asked] == [0, 1, 2, 3, 4, 5]
    assert model.runs == [[[0]], [[1], [2]], [[3], [4]], [[5]]]


def test_an_error_reaches_those_of_its_run_and_nobody_else(model: Model, pool: ThreadPoolExecutor) -> None:
    crowd = Crowd(Coalescer(model, rows=2), pool)
    model.gate.clear()
    first = crowd.ask([0])
    assert model.entered.acquire(timeout=WAIT)
    spoilt = [crowd.ask_and_wait_in_line(row) for row in ([1], [-1])]
    whole = [crowd.ask_and_wait_in_line(row) for row in ([2], [3])]
    model.gate.set()
    assert first.result(WAIT)[0] == 0
    assert [str(asked.exception(WAIT)) for asked in spoilt] == ["no such token"] * 2
    assert [asked.result(WAIT)[0] for asked in whole] == [2, 3]


def test_it_goes_on_after_an_error(model: Model) -> None:
    coalescer = Coalescer(model)
    with pytest.raises(RuntimeError, match="no such token"):
        coalescer.embed([-1])
    assert coalescer.embed([1])[0] == 1


def test_too_few_vectors_are_an_error_of_the_run() -> None:
    with pytest.raises(ValueError, match="shorter"):
        Coalescer(lambda rows, alone: np.empty((0, 2), np.float32)).embed([1])


def test_so_many_runs_at_once_as_there_are_lanes(model: Model, pool: ThreadPoolExecutor) -> None:
    crowd = Crowd(Coalescer(model, lanes=2), pool)
    model.gate.clear()
    asked = [crowd.ask([1]), crowd.ask([2])]
    assert model.entered.acquire(timeout=WAIT) and model.entered.acquire(timeout=WAIT)
    asked.append(crowd.ask_and_wait_in_line([3]))
    model.gate.set()
    assert [future.result(WAIT)[0] for future in asked] == [1, 2, 3]
    assert model.alone[:2] == [True, False]


def test_everybody_gets_their_own(model: Model, pool: ThreadPoolExecutor) -> None:
    coalescer = Coalescer(model, rows=5, padding=3)
    rows: list[Row] = [[number] * (1 + number % 9) for number in range(400)]
    found = list(pool.map(coalescer.embed, rows))
    assert [vector.tolist() for vector in found] == [[sum(row), len(row)] for row in rows]
    assert sum(map(len, model.runs)) == 400


def test_who_is_interrupted_while_waiting_is_in_nobodys_way(
    model: Model, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    coalescer = Coalescer(model)
    crowd = Crowd(coalescer, pool)
    model.gate.clear()
    first = crowd.ask([1])
    assert model.entered.acquire(timeout=WAIT)
    last: list[Future[NDArray[np.float32]]] = []

    class Interrupted(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            """Stand in for Ctrl-C: it comes when this request has just been told to lead, and another waits."""
            monkeypatch.undo()
            last.append(crowd.ask_and_wait_in_line([9]))
            model.gate.set()
            assert super().wait(WAIT)
            raise KeyboardInterrupt

    monkeypatch.setattr("kb_search.embedding.coalescing.threading.Event", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        coalescer.embed([30] * 30)  # too long to go with the other
    assert first.result(WAIT)[0] == 1
    assert last[0].result(WAIT)[0] == 9

"""The graph of a converted model on OpenVINO, in bfloat16 where the processor computes in it: there the fastest."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb_search.embedding.quiet_openvino import load_openvino


class OpenVinoEngine:
    """Runs `streams` batches at once; a further one waits. Thread-safe: each takes an inference request of its own."""

    def __init__(self, graph: Path, threads: int, streams: int) -> None:
        """Load and compile; `threads` are shared by the streams."""
        openvino = load_openvino()
        core = openvino.Core()
        self.precision = "bf16" if "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES") else "f32"
        options = {
            "INFERENCE_PRECISION_HINT": self.precision,
            "INFERENCE_NUM_THREADS": str(threads),
            "NUM_STREAMS": str(streams),
        }
        self._model: Any = core.compile_model(str(graph), "CPU", options)
        self._requests: list[Any] = []
        self._lock = threading.Lock()

    def run(self, inputs: NDArray[Any], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """See Engine."""
        with self._lock:
            request = self._requests.pop() if self._requests else self._model.create_infer_request()
        try:
            return np.array(request.infer([inputs, mask], share_inputs=True)[0], np.float32)
        finally:
            with self._lock:
                self._requests.append(request)

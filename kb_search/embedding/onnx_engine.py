"""The graph of a converted model on ONNX Runtime: the fastest where the processor has no bfloat16."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb_search.embedding.quiet_onnxruntime import load_onnxruntime

PRECISION = "f32"


class OnnxEngine:
    """Runs batches, as many at once as there are callers. Thread-safe."""

    def __init__(self, graph: Path, threads: int) -> None:
        """Load; each run is computed by `threads` threads, the caller's among them."""
        onnxruntime = load_onnxruntime()
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3  # errors: they are raised as well
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Threads that wait for the next operator spin, which makes a query faster by a third; after the last run
        # they must not, or an idle service would keep a core busy.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        # Remembers the allocations of every shape ever seen: of use where shapes repeat, and lengths of texts do not.
        options.enable_mem_pattern = False
        session: Any = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
        self.precision = PRECISION
        self._run = session.run

    def run(self, inputs: NDArray[Any], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """See Engine."""
        result: NDArray[np.float32] = self._run(None, {"inputs": inputs, "attention_mask": mask})[0]
        return result

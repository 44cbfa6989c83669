"""ONNX Runtime without its telemetry: loading it would otherwise note an id of the device, and look up a host.

Builds for Linux have it since 1.28 or so; the switch is read when the library is loaded. The only way to
`import onnxruntime` in this project, since kb-search promises to work offline and to tell nobody.
"""

from __future__ import annotations

import os
from typing import Any


def load_onnxruntime() -> Any:
    """Import onnxruntime; whoever has loaded it before us has decided for themselves."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # what builds for Windows have
    return onnxruntime

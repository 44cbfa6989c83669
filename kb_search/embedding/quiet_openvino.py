"""OpenVINO without its telemetry: importing it would otherwise look up an analytics host and count the use.

The only way to `import openvino` in this project, since kb-search promises to work offline and to tell nobody.
"""

from __future__ import annotations

import sys
from typing import Any


def load_openvino() -> Any:
    """Import openvino; its own stub stands in for the package `openvino_telemetry`, which is made unavailable."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type] # None: not to be imported
    import openvino

    return openvino

"""The machine and the index behind a figure. No host name, no user, no path: result files are published."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "amx_bf16", "amx_int8", "asimd", "sve")
"""CPU features that the embedding runtime and the vector search make use of."""
PACKAGES = ("kb-search", "faiss-cpu", "numpy", "onnxruntime", "openvino", "tantivy", "tokenizers")


def describe_machine() -> dict[str, Any]:
    """CPU, cores, features, memory, versions, and the load average as it is now."""
    cpu = _cpu_info()
    features = set(cpu.get("flags", cpu.get("features", "")).split())
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "cpu": cpu.get("model name") or platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "usable_cores": usable,
        "flags": [flag for flag in FLAGS if flag in features],
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in PACKAGES},
        "load_average": [round(value, 2) for value in os.getloadavg()],
    }


def describe_index(index: Path, view: str = "public") -> dict[str, str | int | float]:
    """Size and model of an index. Raises IndexNotFound, IndexCorrupt."""
    from kb_search.index_format import IndexLayout
    from kb_search.manifest import read_manifest

    layout = IndexLayout(index)
    manifest = read_manifest(layout.generation(layout.current_name()))
    facts: dict[str, str | int | float] = {
        "articles": manifest.articles,
        "passages": manifest.chunks,
        "model": manifest.model.name,
        "dimension": manifest.model.dimension,
    }
    if view in manifest.views:
        info = manifest.views[view]
        facts |= {"view": view, "view_articles": info.articles, "view_passages": info.chunks}
        facts["vector_index"] = info.vector_index
    return facts


def _cpu_info() -> dict[str, str]:
    """The first processor's lines of /proc/cpuinfo; nothing where there is no such file."""
    try:
        first = Path("/proc/cpuinfo").read_text("utf-8", "replace").split("\n\n", 1)[0]
    except OSError:
        return {}
    pairs = (line.partition(":") for line in first.splitlines())
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"

"""The peers: which module asks them, in which environment, with which settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kb_search.errors import ConfigError

REQUIREMENTS = Path(__file__).parent / "requirements"
OURS = "kb-search"


@dataclass(frozen=True, slots=True)
class Peer:
    """One peer, built one way.

    `module` is its adapter; `environment` names the file of its requirements, empty for the project's own Python.
    `settings` are measured on one build, the first as the peer's documentation has it, later ones raised until it
    finds the neighbours; the last is the one that stands in end-to-end figures. `server` is the module that loads
    its HTTP server, if it has one that pip installs. `retrieval_only`: another row stands for it end to end.
    """

    name: str
    module: str
    environment: str
    settings: tuple[dict[str, Any], ...] = field(default=({"name": "default"},))
    server: str = ""
    retrieval_only: bool = False


_HERE = "benchmarks.peers.adapters"

PEERS = (
    Peer(OURS, f"{_HERE}.kb_search", "", server=f"{_HERE}.kb_search_server"),
    Peer("FAISS Flat + bm25s", f"{_HERE}.faiss_bm25s", "faiss-bm25s", ({"name": "RRF of 50 + 50"},)),
    Peer("FAISS RaBitQ + tantivy", f"{_HERE}.rabitq_tantivy", "rabitq-tantivy", ({"name": "exact re-rank of 200"},)),
    Peer(
        "Qdrant Edge",
        f"{_HERE}.qdrant_edge",
        "qdrant-edge",
        ({"name": "default ef", "hnsw_ef": None}, {"name": "hnsw_ef 400", "hnsw_ef": 400}),
    ),
    Peer("zvec", f"{_HERE}.zvec", "zvec"),
    Peer(
        "LanceDB, no vector index",
        f"{_HERE}.lancedb",
        "lancedb",
        ({"name": "default"},),
    ),
    Peer(
        "LanceDB, IVF_HNSW_SQ",
        f"{_HERE}.lancedb",
        "lancedb",
        (
            {"name": "default", "index": "IVF_HNSW_SQ"},
            {
                "name": "nprobes 20, ef 200, refine 5",
                "index": "IVF_HNSW_SQ",
                "nprobes": 20,
                "ef": 200,
                "refine_factor": 5,
            },
        ),
        retrieval_only=True,
    ),
    Peer("Chroma", f"{_HERE}.chroma", "chroma", retrieval_only=True),
    Peer(
        "Chroma, ef_search 400",
        f"{_HERE}.chroma",
        "chroma",
        ({"name": "default", "ef_search": 400},),
        server=f"{_HERE}.chroma_server",
    ),
    Peer(
        "txtai",
        f"{_HERE}.txtai",
        "txtai",
        ({"name": "default nprobe"}, {"name": "nprobe 512", "nprobe": 512}),
    ),
    Peer("Milvus Lite", f"{_HERE}.milvus_lite", "milvus-lite", ({"name": "default"}, {"name": "ef 200", "ef": 200})),
    Peer("Qdrant local mode", f"{_HERE}.qdrant_local", "qdrant-local", retrieval_only=True),
    Peer("Haystack in memory", f"{_HERE}.haystack", "haystack"),
)


def chosen(names: str) -> list[Peer]:
    """Pick peers by the names of their adapters, separated by commas; all of them for the empty text.

    Raises ConfigError naming what there is.
    """
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    known = dict.fromkeys(_short_name(peer) for peer in PEERS)
    for name in wanted:
        if name not in known:
            raise ConfigError(f"Unknown peer {name!r}. Choose from {', '.join(known)}.")
    return [peer for peer in PEERS if not wanted or _short_name(peer) in wanted]


def _short_name(peer: Peer) -> str:
    return peer.module.rpartition(".")[2].replace("_", "-")

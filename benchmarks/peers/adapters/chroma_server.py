"""`chroma run` under the load of many clients: vectors given, and embedded by the clients' process, as documented.

https://docs.trychroma.com/guides/deploy/client-server-mode
"""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import chromadb

from benchmarks.peers.adapters.chroma import fill
from benchmarks.peers.load import Ask, free_port, load, note, wait_for
from benchmarks.peers.protocol import Encoder, Session, Vectors, start, versions


def main() -> None:
    """Start the server, fill it, and ask."""
    session = start()
    session.fact("versions", versions(["chromadb"]))
    port = free_port()
    program = Path(sys.executable).parent / "chroma"
    command = [str(program), "run", "--path", session.job.work + "/data", "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_for(port, lambda: server.poll() is None)
        _ask(session, port)
    finally:
        server.kill()
        server.wait()


def _ask(session: Session, port: int) -> None:
    job = session.job
    hnsw = {"space": "cosine", "ef_search": job.settings[0]["ef_search"]}
    name = fill(_client(port), hnsw, session.texts, session.vectors).name

    def connect() -> Ask:
        collection = _client(port).get_collection(name, embedding_function=None)

        def ask(text: str, vector: Vectors) -> list[int]:
            found = collection.query(query_embeddings=[vector], n_results=job.limit, include=[])
            return [int(row) for row in found["ids"][0]]

        return ask

    note(session, "vectors given", load(session, connect, job.clients, job.seconds))
    encoder = Encoder(str(job.model))
    # One model for all clients, as in a web application; its tokenizer may not be used by two threads at once.
    lock = threading.Lock()

    def connect_and_embed() -> Ask:
        ask = connect()

        def embed_and_ask(text: str, vector: Vectors) -> list[int]:
            with lock:
                embedded = encoder.query(text)
            return ask(text, embedded)

        return embed_and_ask

    made = load(session, connect_and_embed, job.clients, job.seconds)
    note(session, "embedding by the clients", made)


def _client(port: int) -> chromadb.api.ClientAPI:
    return chromadb.HttpClient("127.0.0.1", port, settings=chromadb.Settings(anonymized_telemetry=False))


if __name__ == "__main__":
    main()

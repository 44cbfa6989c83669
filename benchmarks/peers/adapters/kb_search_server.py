"""`kb-search serve` under the load of many clients: it embeds the query, searches both ways and fetches the texts."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from urllib.parse import urlencode

from benchmarks.peers.load import Ask, free_port, load, note, wait_for
from benchmarks.peers.protocol import Vectors, start, versions


def main() -> None:
    """Start the server and ask."""
    session = start()
    session.fact("versions", versions(["kb-search"]))
    port = free_port()
    command = [sys.executable, "-m", "kb_search.cli", "serve", "--index", session.job.index, "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, lambda: server.poll() is None)
        wait_until_ready(port)
        made = load(session, lambda: connect(port, session.job.limit), session.job.clients, session.job.seconds)
        note(session, "all of a search, embedding by the server", made)
    finally:
        server.kill()
        server.wait()


def wait_until_ready(port: int, seconds: float = 60.0) -> None:
    """Wait until the index is open. Raises TimeoutError."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/ready")
        if connection.getresponse().status == http.client.OK:
            return
        connection.close()
        time.sleep(0.2)
    raise TimeoutError(f"kb-search was not ready after {seconds:.0f} s.")


def connect(port: int, limit: int) -> Ask:
    """Open a connection that stays open. An answer that is no result raises OSError."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(text: str, vector: Vectors) -> list[int]:
        connection.request("GET", "/v1/search?" + urlencode({"q": text, "limit": limit}))
        response = connection.getresponse()
        body = response.read()
        if response.status != http.client.OK:
            raise OSError(f"status {response.status}: {body[:200]!r}")
        return list(range(len(json.loads(body)["hits"])))

    return ask


if __name__ == "__main__":
    main()

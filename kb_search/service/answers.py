"""Values → HTTP answers: JSON by msgspec, and validators so that unchanged articles are not sent twice."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from fastapi import Request, Response

JSON = "application/json"
HTML = "text/html; charset=utf-8"
ATOM = "application/atom+xml"


def json_answer(value: Any, status: int = 200, *, keep_seconds: int = 0) -> Response:
    """Answer with a value; a browser may take it again for so long, nobody else, and without a time nobody at all."""
    kept = f"private, max-age={keep_seconds}" if keep_seconds else "no-store"
    headers = {"Cache-Control": kept, "X-Content-Type-Options": "nosniff"}
    if keep_seconds:
        headers["Vary"] = "Authorization"
    return Response(msgspec.json.encode(value), status, headers, JSON)


def revalidated(
    request: Request, content: bytes, media_type: str, headers: dict[str, str] | None = None, digest: str | None = None
) -> Response:
    """Answer with content that may be kept as long as the service is asked each time whether it still holds.

    `digest` names the content if its hash is known; otherwise it is taken here.
    """
    # Weak: the same content, compressed, has other bytes.
    tag = f'W/"{digest or hashlib.sha256(content).hexdigest()[:32]}"'
    fixed = {
        "Cache-Control": "private, no-cache",
        "ETag": tag,
        "Vary": "Authorization",
        "X-Content-Type-Options": "nosniff",
        **(headers or {}),
    }
    known = [part.strip() for part in request.headers.get("if-none-match", "").split(",")]
    if "*" in known or tag in known:
        return Response(None, 304, fixed)
    return Response(content, 200, fixed, media_type)

"""Pages and their files → HTTP answers: what a page may load, how long it is kept, and for whom."""

from __future__ import annotations

from fastapi import Request, Response

from kb_search.assets import Asset
from kb_search.service.answers import HTML, revalidated
from kb_search.web.theme import StaticFile

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Only files of this service: not even an error in the escaping could run a script."""
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""For pictures: an SVG that is opened by itself is a document, and runs nothing."""
DAY, YEAR = 86_400, 31_536_000

_PAGE_HEADERS = {
    "Content-Security-Policy": POLICY,
    # To other sites nothing is told; to this one, since a form without a referrer has no origin either.
    "Referrer-Policy": "same-origin",
    "Vary": "Accept-Language, Authorization",
    "X-Content-Type-Options": "nosniff",
}


def page_answer(request: Request, content: bytes, headers: dict[str, str] | None = None) -> Response:
    """Answer with a page that may be kept as long as the service is asked each time whether it still holds."""
    return revalidated(request, content, HTML, {**_PAGE_HEADERS, **(headers or {})})


def fleeting_page(content: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Answer with a page that is not to be kept: results, and what went wrong. Search engines shall not list it."""
    fixed = {**_PAGE_HEADERS, "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
    return Response(content, status, {**fixed, **(headers or {})}, HTML)


def redirect(address: str, status: int) -> Response:
    """Send the browser on: 301 for good, 303 after a form, 307 for now."""
    cache = "no-cache" if status == 301 else "no-store"
    return Response(None, status, {"Location": address, "Cache-Control": cache, "Vary": _PAGE_HEADERS["Vary"]})


def file_answer(request: Request, file: StaticFile | Asset, *, public: bool = True, seconds: int = YEAR) -> Response:
    """Answer with a file whose address has the hash of its content: it never changes.

    `public`: anybody may see it, so that caches on the way may keep it too; `seconds`: for how long, where that can
    end, as it does when a picture is no longer shown.
    """
    headers = {
        "Cache-Control": f"{'public' if public else 'private'}, max-age={seconds}, immutable",
        "Content-Security-Policy": FILE_POLICY,
        "Vary": "Authorization",
    }
    digest = file.digest if isinstance(file, Asset) else None
    return revalidated(request, file.content, file.media_type, headers, digest)

"""One file → its bytes, its text, or why not."""

from __future__ import annotations

import stat
from pathlib import Path

MEGABYTE = 1_000_000


class Unusable(Exception):
    """A file that cannot be read as text: code, reason and remedy."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code = code
        self.remedy = remedy


def read_bytes(file: Path, limit: int) -> bytes:
    """Read a file of at most `limit` bytes; opening a pipe or a device could wait for ever. Raises Unusable."""
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            raise Unusable("not-a-file", "It is not a regular file.", "Remove or rename it.")
        if status.st_size > limit:
            message = (
                f"The file has {status.st_size / MEGABYTE:,.1f} MB, more than the {limit / MEGABYTE:,g} MB allowed."
            )
            raise Unusable("too-large", message, "Split it, or raise sources.max_file_mb.")
        with file.open("rb") as stream:
            return stream.read(limit)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unusable("unreadable", f"The file cannot be read ({reason}).", "Check permissions and links.") from error


def decoded(raw: bytes) -> str:
    """Read bytes as UTF-8. Raises Unusable."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        looks = " It looks like UTF-16." if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else ""
        message = f"Byte {error.start} (0x{raw[error.start]:02x}) is not UTF-8.{looks}"
        raise Unusable("not-utf8", message, "Save the file as UTF-8.") from error

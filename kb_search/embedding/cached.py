"""A folder of the cache that is made once: whole, or not at all, however many processes ask and whichever is killed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from kb_search.errors import StorageError


def make_once(folder: Path, write: Callable[[Path], None]) -> Path:
    """Return `folder`; where it is not there yet, let `write` fill a temporary one and rename that.

    Two processes may ask at once: one writes under a lock, the other waits and finds it done. What a killed writer
    left behind is removed by the next one. Raises StorageError when the cache cannot be written.
    """
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(str(folder) + ".lock"):
            if not folder.is_dir():
                _make(folder, write)
    except OSError as error:
        raise StorageError(
            f"The model cache {folder.parent} cannot be written ({error.strerror or error}). Free space or correct "
            "the permissions, or name another folder with cache_dir."
        ) from error
    return folder


def _make(folder: Path, write: Callable[[Path], None]) -> None:
    prefix = folder.name + ".making-"
    for leftover in folder.parent.glob(prefix + "*"):  # of a killed writer: we hold the lock
        shutil.rmtree(leftover)
    temporary = Path(tempfile.mkdtemp(prefix=prefix, dir=folder.parent))
    try:
        write(temporary)
        os.chmod(temporary, 0o755)
        os.replace(temporary, folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise

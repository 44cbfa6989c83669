"""The sample corpus, indexed with the real model, without a minute of embedding in every run of the tests."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from filelock import FileLock

from indexer.build import build_index
from kb_search.config import Settings
from kb_search.embedding.base import Embedder
from kb_search.index_format import IndexLayout
from tests.corpus.sample import FOLDER


def index_sample(folder: Path, kept: Path, settings: Settings, embedder: Embedder) -> Path:
    """Index corpus/ into `folder` and return it.

    Only the vectors of texts are kept between runs, in the file `kept`: what else an index holds is made anew from the
    sources by the code as it is. The indexer itself knows by the fingerprint of the model which vectors still hold.
    """
    cache = IndexLayout(folder).cache
    folder.mkdir(parents=True, exist_ok=True)
    kept.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(kept.with_suffix(".lock")):  # of two processes of a run, the second finds what the first embedded
        if kept.is_file():
            shutil.copyfile(kept, cache)
        build_index([FOLDER], folder, settings, embedder)
        ours = kept.with_suffix(f".{os.getpid()}")  # whole, or not at all
        shutil.copyfile(cache, ours)
        ours.replace(kept)
    return folder

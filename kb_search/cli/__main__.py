"""The program: `kb-search` and `python -m kb_search.cli`."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from kb_search.cli import main


def run() -> NoReturn:
    """Run one command and end the process at once with its status.

    Commands have closed what they opened. Tearing the interpreter down would only free the tokenizer's vocabulary,
    word by word: half a second at the end of every search.
    """
    try:
        status = main()
    except SystemExit as exit_:  # argparse: --help, --version, usage
        status = exit_.code if isinstance(exit_.code, int) else int(exit_.code is not None)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not stream.closed:
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    run()

"""`kb-search serve`."""

from __future__ import annotations

import argparse

from kb_search.cli.common import add_config, add_index, settings_of
from kb_search.errors import MissingExtra


def configure(parser: argparse.ArgumentParser, name: str) -> None:
    """Declare the command's arguments."""
    add_index(parser)
    add_config(parser)
    parser.add_argument("--host", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (default 8080)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    try:
        from kb_search.service.run import run as serve
    except ModuleNotFoundError as error:
        raise MissingExtra("kb-search serve", "serve") from error
    settings = settings_of(options, service__host=options.host, service__port=options.port)
    serve(options.index, settings)
    return 0

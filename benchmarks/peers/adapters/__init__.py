"""One module a peer, run in that peer's own environment. It knows the peer and protocol.py, nothing else of ours."""

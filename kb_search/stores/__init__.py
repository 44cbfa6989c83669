"""One module per engine: the writer and the reader of each structure side by side. See base.py for the contract."""

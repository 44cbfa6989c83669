"""`python -m kb_search.cli`."""

import sys

from kb_search.cli import main

sys.exit(main())

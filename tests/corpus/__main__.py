"""Check every rule of the sample help center and print its statistics: `python -m tests.corpus`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.corpus import article_rules, curation_rules, judgment_rules
from tests.corpus.sample import FOLDER, read_sample
from tests.corpus.statistics import statistics


def main(folder: Path) -> int:
    """Return 1 when a rule is broken."""
    sample = read_sample(folder)
    rules = (*article_rules.RULES, *judgment_rules.RULES, *curation_rules.RULES)
    problems = [(rule.__name__, said) for rule in rules for said in rule(sample)]
    for name, said in problems:
        print(f"{name}: {said}", file=sys.stderr)
    print(statistics(sample))
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER))

"""How far three judges agree: Cohen's kappa (1960), over all judged pairs of query and article."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from sklearn.metrics import cohen_kappa_score

from tests.corpus.sample import Sample

JUDGES = ("first", "second", "third")


def kappas(sample: Sample) -> dict[tuple[str, str], dict[str, float]]:
    """Give kappa for each two judges: of the four grades, quadratically weighted, and of "it answers" (grade 3)."""
    grades = {judge: [int(row[judge]) for row in sample.second_judgings] for judge in JUDGES}
    found = {}
    for one, other in combinations(JUDGES, 2):
        answers = [[grade == 3 for grade in grades[judge]] for judge in (one, other)]
        found[one, other] = {
            "grades": float(cohen_kappa_score(grades[one], grades[other])),
            "weighted": float(cohen_kappa_score(grades[one], grades[other], weights="quadratic")),
            "answers": float(cohen_kappa_score(*answers)),
        }
    return found


def agreement(sample: Sample) -> Iterator[str]:
    """Render the Markdown table."""
    yield "| Cohen's kappa | four grades | quadratic weights | grade 3 or not |"
    yield "|---|---|---|---|"
    for (one, other), found in kappas(sample).items():
        yield f"| {one} and {other} | {found['grades']:.2f} | {found['weighted']:.2f} | {found['answers']:.2f} |"

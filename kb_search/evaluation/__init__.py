"""How good is the search? Judged queries → protocol → metrics with intervals → report and gate.

It asks a Searcher as anyone would, and changes nothing. Needs the extra `eval` (ir-measures).
"""

from kb_search.evaluation.dataset import Dataset, Query, read_dataset
from kb_search.evaluation.report import EvaluationReport
from kb_search.evaluation.run import run_evaluation

__all__ = ["Dataset", "EvaluationReport", "Query", "read_dataset", "run_evaluation"]

"""A gate passes or names what was not kept; a gate that cannot be meant as it is written is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb_search.errors import ConfigError
from kb_search.evaluation.gate import Bounds, read_gate
from kb_search.evaluation.run import run_evaluation
from kb_search.searcher import Searcher
from tests.evaluation.toy import QRELS, QUERIES, dataset
from tests.fakes import write


def test_gate(searcher: Searcher, folder: Path, tmp_path: Path) -> None:
    floors = '[semantic]\n"nDCG@10" = 0.7\nRR = 0.625\n[semantic.by_locale.en]\n"nDCG@10" = 0.8\n'
    gate = write(tmp_path, {"gate.toml": floors}) / "gate.toml"
    report = run_evaluation(searcher, folder, ["semantic"], gate=gate)
    assert report.failures == ("semantic nDCG@10 is 0.654977, below the floor of 0.7.",)
    assert report.as_text().endswith("gate: 1 not reached")
    assert report.as_dict()["gate"] == {"passed": False, "failures": list(report.failures)}
    write(tmp_path, {"gate.json": '{"semantic": {"nDCG@10": 0.6, "by_kind": {"short": {"R@10": 1}}}}'})
    passed = run_evaluation(searcher, folder, ["semantic"], gate=tmp_path / "gate.json")
    assert (passed.failures, passed.gated) == ((), True)


@pytest.mark.parametrize(
    ("floors", "said"),
    [
        ('[hybrid]\n"nDCG@10" = 0\n', "hybrid was not measured; measured there: semantic, keyword, differences."),
        ('[semantic]\n"nDCG@5" = 0\n', "semantic nDCG@5 was not measured"),
        ("[semantic.by_locale.de]\nRR = 0\n", "semantic by_locale de was not measured; measured there: en, fr, tr."),
        ("[semantic.abstention]\nauroc = 0\n", "semantic abstention was not measured"),
        ("semantic = 0\n", "semantic was not measured"),
        ("[against.semantic]\nRR = 0\n", "against was not measured"),
        ("[views.agents.semantic]\nRR = 0\n", "views agents was not measured; measured there: public."),
    ],
)
def test_a_floor_for_what_was_not_measured_fails(
    searcher: Searcher, folder: Path, tmp_path: Path, floors: str, said: str
) -> None:
    write(tmp_path, {"gate.toml": floors})
    (failure,) = run_evaluation(searcher, folder, ["semantic"], gate=tmp_path / "gate.toml").failures
    assert failure.startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[semantic", "not valid"),
        ("", "sets no bound. Write, for example"),
        ("[semantic]\n", "sets no bound under semantic"),
        ("[semantic]\nRR = true\n", "says semantic RR = True. Write a number from 0 to 1"),
        ('[semantic]\nRR = "0.7"\n', "says semantic RR = '0.7'. Write a number"),
        ("[semantic]\nRR = 70\n", "says semantic RR = 70. Write a number from 0 to 1"),
        ("[semantic]\nRR = nan\n", "says semantic RR = nan. Write a number"),
        ("[semantic]\nRR = {max = -0.1}\n", "Write a number from 0 to 1"),
        ("[against.semantic]\nRR = -1.5\n", "Write a number from -1 to 1"),
        ("[semantic]\nRR = {mean = 0.5}\n", r"Write {min = …}, {max = …} or both"),
        ("[semantic]\nRR = {}\n", r"Write {min = …}, {max = …} or both"),
        ("[semantic]\nRR = {min = 0.6, max = 0.5}\n", r"at least 0.6 and at most 0.5"),
        ("[hybrid.abstention]\nfalse_silences = 0.05\n", r"less is better here: write {max = 0.05}"),
        ("[hybrid.abstention.unanswerable]\nok = 0.1\n", r"less is better here: write {max = 0.1}"),
        ("[hybrid.abstention]\nfalse_silences = {maximum = 0.05}\n", r"Write {min = …}, {max = …} or both"),
    ],
)
def test_a_bad_gate_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    write(tmp_path, {"gate.toml": text})
    with pytest.raises(ConfigError, match=said):
        read_gate(tmp_path / "gate.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_gate(tmp_path / "no.toml")


def test_a_ceiling_for_what_should_be_rare(searcher: Searcher, tmp_path: Path) -> None:
    queries = [*QUERIES, {"_id": "none", "text": "password?", "lang": "en", "answerable": False}]
    folder = dataset(tmp_path / "set", queries, QRELS)
    bounds = "false_silences = {max = 1}\nfalse_answers = {max = 0.5}\nauroc = {min = 0, max = 1}\n"
    write(tmp_path, {"gate.toml": f"[semantic.abstention]\n{bounds}[semantic.abstention.by_locale.en]\n{bounds}"})
    report = run_evaluation(searcher, folder, ["semantic"], gate=tmp_path / "gate.toml")
    # The one query that nothing answers is taken for another: a false answer.
    assert report.failures == (
        "semantic abstention false_answers is 1.000000, above the ceiling of 0.5.",
        "semantic abstention by_locale en false_answers is 1.000000, above the ceiling of 0.5.",
    )


def test_bounds_of_differences_and_of_single_views(searcher: Searcher, folder: Path, tmp_path: Path) -> None:
    text = """
        [differences."semantic - keyword"]
        RR = {min = -1, max = -0.9}
        [against.semantic]
        RR = 0
        [views.agents.semantic]
        RR = 1
        [semantic]
        RR = 0.9
    """
    write(tmp_path, {"gate.toml": text})
    views = ["public", "agents"]
    report = run_evaluation(searcher, folder, ["semantic"], views=views, against=searcher, gate=tmp_path / "gate.toml")
    assert [failure.rpartition(" is ")[0] for failure in report.failures] == [
        "views public differences semantic - keyword RR",
        "views public semantic RR",
        "views agents differences semantic - keyword RR",
        "views agents semantic RR",
        "views agents semantic RR",
    ]


def test_a_kind_may_be_called_like_a_figure(tmp_path: Path) -> None:
    write(tmp_path, {"gate.toml": "[semantic.by_kind.R]\nRR = 0.5\n[semantic.by_kind.max]\nRR = 0.5\n"})
    kinds = read_gate(tmp_path / "gate.toml")
    assert str(kinds) == str(
        {"semantic": {"by_kind": {"R": {"RR": Bounds(0.5, None)}, "max": {"RR": Bounds(0.5, None)}}}}
    )

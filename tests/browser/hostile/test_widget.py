"""Hostile queries, answers, words and attributes in the search box, on a page of another site without any policy."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.browser.hostile.liar import lies, places
from tests.browser.hostile.payloads import PAYLOADS
from tests.browser.hostile.probe import Probe
from tests.browser.hostile.test_pages import words
from tests.browser.serving import Site

PAGE = '<!doctype html><html lang="en"><title>A page</title><link rel=icon href=data:,><body>'


def work(probe: Probe) -> None:
    for script in ("sweep.js", "box.js"):
        probe.page.evaluate((Path(__file__).parent / script).read_text("utf-8"))


def test_what_is_typed_and_what_is_found(
    probe: Probe, bare: str, site: Site, other_origin: str, tally: Counter[str]
) -> None:
    tally["queries typed into the search box"] += len(PAYLOADS)
    site.put("/", f'{PAGE}<script async src="{bare}/widget.js" data-contact-url="/contact?q={{query}}"></script>')
    probe.go(other_origin)
    probe.page.wait_for_selector("kb-search")
    work(probe)
    typed = [payload.text for payload in PAYLOADS]
    said = probe.page.evaluate("(texts) => hostile.typeAll(texts)", typed)
    for payload, looks in zip(PAYLOADS, said, strict=True):
        assert looks["answered"], payload
        assert looks["found"] == [], payload
        assert looks["titles"] or words(payload.text.strip()) in words(looks["notice"]), payload
    probe.check()


def test_attributes_of_the_script(probe: Probe, bare: str, site: Site, other_origin: str, tally: Counter[str]) -> None:
    """Where it should go and what it should tell: a selector that is none leads nowhere, and takes nothing down."""
    tally["attributes of the script"] += 2 * len(PAYLOADS)
    site.put("/", PAGE)
    probe.go(other_origin)
    work(probe)
    given = [payload.text for payload in PAYLOADS]
    assert (
        probe.page.evaluate("([address, texts]) => hostile.embedAll(address, texts)", [f"{bare}/widget.js", given])
        == []
    )
    assert probe.page.locator("kb-search").count() == 0
    probe.check()


def test_answers_words_and_attributes(
    probe: Probe, bare: str, site: Site, other_origin: str, tally: Counter[str]
) -> None:
    tally["attributes, words and answers of the search box"] += len(PAYLOADS) * places(lies("P"))
    site.put("/", f'{PAGE}<script async src="{bare}/widget.js"></script>')
    probe.go(other_origin)
    probe.page.wait_for_selector("kb-search")
    work(probe)
    given = [[payload.text, lies(payload.text)] for payload in PAYLOADS]
    for payload, looks in zip(PAYLOADS, probe.page.evaluate("(given) => hostile.lieAll(given)", given), strict=True):
        assert [one["found"] for one in looks] == [[]] * 5, payload
        shown = [words(text) for text in [*looks[0]["titles"], *looks[3]["popular"]]]
        assert words(payload.text) in shown, payload
    probe.check()

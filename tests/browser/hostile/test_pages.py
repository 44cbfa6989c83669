"""Hostile articles, queries and addresses in the help center: nothing of them runs, and they are shown as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import quote, urlsplit

import httpx
import pytest

from kb_search.text.normalize import normalize
from tests.browser.hostile.corpus import FIELDS, TOGETHER, WOVEN, storable
from tests.browser.hostile.payloads import PAYLOADS, Payload
from tests.browser.hostile.probe import Probe


@pytest.fixture(scope="module")
def client(bare: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=bare, headers={"Sec-Fetch-Site": "same-origin"}) as opened:
        yield opened


def encoded(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def title_of(payload: Payload) -> str:
    """A title as it is stored, and as a page says it."""
    return " ".join(normalize(storable(payload.text)).split())


def words(text: str) -> str:
    """A text as it arrives and is shown, but for spaces, and for what is no character or a browser may not show."""
    arrived = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return " ".join(arrived.replace("\0", "").replace("\ufffd", "").split())


def read(client: httpx.Client, addresses: Mapping[int, str], status: int = 200) -> dict[str, str]:
    """Fetch pages by address."""
    pages = {}
    for address in addresses.values():
        answer = client.get(address)
        assert answer.status_code == status, (address, answer.text)
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["x-content-type-options"] == "nosniff"
        pages[address] = answer.text
    return pages


def each(address: Callable[[Payload], str]) -> dict[int, str]:
    return {payload.number: address(payload) for payload in PAYLOADS}


def test_titles_summaries_and_texts(probe: Probe, bare: str, client: httpx.Client, tally: Counter[str]) -> None:
    tally["fields and body of an article"] += len(PAYLOADS) * FIELDS
    probe.enter(bare)
    addresses = each(lambda payload: f"/articles/en/raw/{payload.number}")
    said = probe.sweep(read(client, addresses))
    for payload in PAYLOADS:
        page, title = said[addresses[payload.number]]["said"], title_of(payload)
        if title:
            assert page["h1"] == page["crumb"] == " ".join(page["summary"].split()) == title
            assert page["title"].startswith(title)
    probe.check()


def test_every_place_of_a_text(probe: Probe, bare: str, client: httpx.Client, tally: Counter[str]) -> None:
    tally["places of Markdown and HTML"] += len(PAYLOADS) * WOVEN.count("P")
    probe.enter(bare)
    numbers = range(0, len(PAYLOADS), TOGETHER)
    said = probe.sweep(read(client, {number: f"/articles/en/woven/{number}" for number in numbers}))
    text = "".join(page["text"] for page in said.values())
    assert [one.text for one in PAYLOADS if f"A password for number {one.number}." not in text] == []
    probe.check()


def test_categories(probe: Probe, bare: str, client: httpx.Client, tally: Counter[str]) -> None:
    tally["addresses of categories"] += len(PAYLOADS)
    probe.enter(bare)
    named = {one.number: f"/categories/{encoded(title_of(one))}?locale=en" for one in PAYLOADS if title_of(one)}
    said = probe.sweep(read(client, named))
    for number, address in named.items():
        title = title_of(PAYLOADS[number])
        assert said[address]["said"]["h1"] == title
        assert title in said[address]["said"]["card"] or "password" in said[address]["text"]
    probe.check()


def test_queries(probe: Probe, bare: str, client: httpx.Client, tally: Counter[str]) -> None:
    tally["queries and locales of result pages"] += 2 * len(PAYLOADS)
    probe.enter(bare)
    asked = each(lambda payload: f"/?q={encoded(payload.text)}&locale={encoded(payload.text)}")
    said = probe.sweep(read(client, asked))
    for payload in PAYLOADS:
        page = said[asked[payload.number]]
        if words(payload.text):
            assert words(payload.text) in words(page["said"]["h1"])
            assert words(page["asked"]) == words(payload.text.replace("\n", "").replace("\r", ""))
    probe.check()


def test_filters(probe: Probe, bare: str, client: httpx.Client, tally: Counter[str]) -> None:
    fields = "tags category owner area updated updated.gte status locale".split()

    def address(some: Sequence[Payload]) -> str:
        texts = [encoded(payload.text) for payload in some]
        known = [f"filter.{field}={text}" for text in texts for field in fields]
        return "/?" + "&".join([*known, *(f"filter.{text}=x&{text}=x&page={text}" for text in texts)])

    probe.enter(bare)
    tally["filters: values, names, pages"] += (len(fields) + 3) * len(PAYLOADS)
    groups = [PAYLOADS[at : at + 8] for at in range(0, len(PAYLOADS), 8)]
    said = probe.sweep(read(client, {group[0].number: address(group) for group in groups}))
    text = words("".join(page["text"] for page in said.values()))
    for payload in PAYLOADS:
        # Where there is a comma, there are two values.
        assert [part for part in payload.text.split(",") if words(part) not in text] == []
    probe.check()


def test_other_addresses_are_answered_alike_whatever_they_hold(client: httpx.Client, tally: Counter[str]) -> None:
    tally["paths and parameters of old addresses and none"] += 3 * len(PAYLOADS)
    missing = client.get("/nothing").text
    for payload in PAYLOADS:
        text = encoded(payload.text)
        answer = client.get(f"/nothing/{text}")
        assert answer.status_code == 404
        if "\n" not in payload.text:  # no route takes one, not even that of all pages
            assert answer.text == missing
        old = client.get(f"/old/{payload.number}?q={text}&from={text}")
        assert old.status_code == 301
        assert urlsplit(old.headers["location"])[:3] == ("", "", f"/articles/en/raw/{payload.number}")
        assert set(old.headers) <= {"location", "date", "server", "content-length", "cache-control", "vary"}


def test_votes_of_hostile_forms_lead_back_or_nowhere(client: httpx.Client, tally: Counter[str]) -> None:
    tally["fields of the form of a vote"] += 6 * len(PAYLOADS)
    for payload in PAYLOADS:
        text = payload.text.encode("utf-8", "replace").decode()
        form = {"helpful": text, "comment": text, "from": text, "locale": text}
        assert client.post("/feedback", data={"article": text, **form}).status_code == 404
        answer = client.post("/feedback", data={"article": "en/woven/0", **form}, params={"locale": text})
        assert answer.status_code == 303
        assert urlsplit(answer.headers["location"])[:3] == ("", "", "/articles/en/woven/0")


def test_parameters_change_nothing_that_they_are_not_for(client: httpx.Client, tally: Counter[str]) -> None:
    tally["parameters of an article"] += 4 * len(PAYLOADS)
    plain = client.get("/articles/en/woven/0").text
    for payload in PAYLOADS:
        parameters = "&".join(f"{name}={encoded(payload.text)}" for name in ("voted", "from", "as", "locale"))
        assert client.get(f"/articles/en/woven/0?{parameters}").text == plain

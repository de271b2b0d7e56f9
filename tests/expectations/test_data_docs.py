"""Data Docs of a run: what was recorded in, pages out that need no network and run nothing that articles brought."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from expectations.data_docs import INDEX, Judged, pages
from expectations.rules import Bounds, suites

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOSTILE = (
    "</td></style><script>document.title='run'</script>"
    "<img src=https://evil.example/x onerror=\"document.title='run'\">"
    "<a href='javascript:document.title=1'>x</a> $title ${x} {{ 7*7 }} %s & &lt;b&gt; ' \" line\nline"
)
SUITE = "run-3-batch-7-fact_article.html"


def judged(rule_id: str, suite: str = "fact_article", **changes: Any) -> Judged:
    return replace(
        Judged(
            batch_id=7,
            suite=suite,
            rule_id=rule_id,
            expectation="ExpectColumnValuesToMatchRegex",
            column_name="title",
            outcome="null_field",
            severity="warning",
            success=True,
            evaluated=40,
            unexpected=0,
            observed=None,
            recorded_at=NOON,
        ),
        **changes,
    )


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    rows = [
        judged("article.title.form", success=False, unexpected=2, observed=json.dumps([HOSTILE, "ok"])),
        judged("article.published.range"),
        judged("article.authors.name"),
        judged("article.url.on_source"),
        judged("batch.title_share", "fact_article.batch", unexpected=4, observed="0.9 (bound 0.25)"),
        judged("own.gone", success=False, unexpected=1, observed=json.dumps([HOSTILE])),
        judged("lake.references", "lake"),
    ]
    return pages(3, f"Run 3 of {HOSTILE}", rows, as_of=NOON, rules=suites(), bounds=Bounds())


def text_of(page: str) -> str:
    root = lxml.html.document_fromstring(page)
    for style in root.xpath("//style"):
        style.drop_tree()
    return " ".join(" ".join(root.itertext()).split())


def test_each_batch_and_suite_of_great_expectations_has_a_page_and_the_index_leads_to_it(made: dict[str, str]) -> None:
    assert list(made) == [INDEX, SUITE, "run-3-batch-7-fact_article.batch.html"]
    index = lxml.html.document_fromstring(made[INDEX])
    assert index.xpath("//a/@href") == list(made)[1:]
    rows = [[cell.text_content() for cell in row.xpath("td")] for row in index.xpath("(//table)[1]//tr[td]")]
    assert rows == [
        ["7", "2026-03-01 12:00", "fact_article", "5", "✗ 2 broken"],
        ["7", "2026-03-01 12:00", "fact_article.batch", "1", "✓ all hold"],
        ["7", "2026-03-01 12:00", "lake", "1", "✓ all hold"],
    ]


def test_a_page_says_what_great_expectations_says_with_the_bounds_of_that_day(made: dict[str, str]) -> None:
    page = text_of(made[SUITE])
    assert "Evaluated Expectations 4 Successful Expectations 3 Unsuccessful Expectations 1" in page
    assert "members must match this regular expression: ^[^\\x00-\\x1f\\x7f]{2,150}$" in page
    assert "the host of url must be source or a part of it" in page
    assert "less than or equal to 2026-03-03 00:00:00+00:00" in page  # 36 hours after noon
    assert "5% unexpected" in page
    batch = text_of(made["run-3-batch-7-fact_article.batch.html"])
    assert "values must belong to this set: True , at least 25 % of the time." in batch


def test_what_an_article_brings_is_text_and_stands_there_as_it_was(made: dict[str, str]) -> None:
    shown = " ".join(HOSTILE.split())
    for name, page in made.items():
        root = lxml.html.document_fromstring(page)
        assert root.xpath("//script | //img | //*[@*[starts-with(name(), 'on')]]") == [], name
        assert shown in text_of(page), name
        assert root.findtext(".//title").split() == f"Run 3 of {HOSTILE}{_rest(name)}".split()


def _rest(name: str) -> str:
    return "" if name == INDEX else f", batch 7: {name.removeprefix('run-3-batch-7-').removesuffix('.html')}"


def test_no_page_points_anywhere_but_to_its_own_neighbours(made: dict[str, str]) -> None:
    for name, page in made.items():
        root = lxml.html.document_fromstring(page)
        targets = [value for part in root.iter() for key, value in part.attrib.items() if key in POINTING]
        assert [one for one in targets if not one.startswith("#") and one not in made] == [], name
        assert not [style for style in root.xpath("//style/text() | //@style") if "url(" in style or "@import" in style]
        assert "default-src 'none'" in root.xpath("//head/meta[@http-equiv]/@content")[0]


POINTING = ("href", "src", "srcset", "action", "data", "poster", "background", "formaction")


@pytest.mark.skipif(shutil.which("chromium") is None, reason="no chromium here: a page was not opened in a browser")
@pytest.mark.parametrize("policy", [True, False], ids=["as it is", "without its policy"])
def test_a_browser_without_network_renders_a_page_and_runs_nothing_of_it(
    made: dict[str, str], tmp_path: Path, policy: bool
) -> None:
    page = made[SUITE]
    if not policy:
        page = page.replace("Content-Security-Policy", "x")
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    done = subprocess.run(
        [
            *("chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'home'}"),
            *("--host-resolver-rules=MAP * ~NOTFOUND", f"--screenshot={tmp_path / 'page.png'}", "--dump-dom"),
            (tmp_path / "page.html").as_uri(),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    dom = lxml.html.document_fromstring(done.stdout)
    assert dom.findtext(".//title").startswith("Run 3 of </td>")
    assert len(dom.xpath("//table")) == len(lxml.html.document_fromstring(page).xpath("//table"))
    assert dom.xpath("//script | //img | //iframe") == []
    assert (tmp_path / "page.png").stat().st_size > 20_000  # an empty page has some 4 kB

"""The views and the dictionary: every table, view and column says what it holds, and the views hold it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from lake_builder import Inbox, Lake, an_article

from transforms.article import Author, Origin, Precision, Published, Rejection
from warehouse.dictionary import dictionary, to_markdown
from warehouse.lake import Layout, attach
from warehouse.views import models

STORM = "Storm closes the harbour. Ferries stayed in port on Monday as gusts reached ninety kilometres an hour."
TOWER = "Council approves the tower. After nine hours the vote was eight to seven in favour of the plan."


# Views that have no row where one article was loaded once, and well.
_EMPTY = (
    *("article_change", "correction", "quarantined_input", "rejection", "silent_edit", "site_boilerplate"),
    *("published_day", "title_change", "incident"),
)
COUNTS = dict.fromkeys(_EMPTY, 0) | {"source_identity": 2, "fill_rate": 10}  # of the others one row


def test_every_table_view_and_column_says_what_it_holds(shared_lake: Lake) -> None:
    silent = [
        f"{relation.name}.{column.name}"
        for relation in dictionary(shared_lake.con)
        for column in relation.columns
        if not column.text
    ]
    assert silent == []
    assert [relation.name for relation in dictionary(shared_lake.con) if not relation.grain.endswith(".")] == []


@pytest.mark.parametrize("model", models(), ids=lambda model: model.name)
def test_the_head_of_a_view_names_its_columns_in_their_order(shared_lake: Lake, model) -> None:  # type: ignore[no-untyped-def]
    columns = [column[0] for column in shared_lake.con.execute(f"from {model.name} limit 0").description]
    assert [name for name, _ in model.columns] == columns


def test_the_views_of_the_design_are_there() -> None:
    assert [model.name for model in models()] == [
        "article",
        "article_author",
        "article_category",
        "article_change",
        "article_identity",
        "article_revision",
        "author",
        "correction",
        "fill_rate",
        "incident",
        "published_day",
        "quality_day",
        "quarantined_input",
        "rejection",
        "removed_by_rule",
        "removed_text",
        "silent_edit",
        "site_boilerplate",
        "source",
        "source_day",
        "source_identity",
        "title_change",
    ]


def test_the_dictionary_is_markdown_that_starts_with_the_views(shared_lake: Lake) -> None:
    text = to_markdown(dictionary(shared_lake.con))
    assert text.startswith("### View `article`\n\nOne row per article, with its current reading")
    assert "### Table `ops.input`" in text
    assert "| `title` | varchar | Headline, without the name of the site |" in text


def test_every_view_works_whatever_name_the_catalog_is_attached_by(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM, source="x.example", authors=(Author("Ada"),), categories=("c",))))
    lake.con.close()
    con = attach(Layout(lake.folder))
    con.execute("use memory")
    con.execute("detach lake")
    con.execute(
        f"attach 'ducklake:sqlite:{lake.folder}/catalog.sqlite' as news "
        f"(read_only, data_path '{lake.folder}/data/', override_data_path true)"
    )
    for model in models():
        expected = COUNTS.get(model.name, 1)
        assert con.execute(f"select count(*) from news.{model.name}").fetchall() == [(expected,)], model.name


def test_source_day_has_a_row_for_a_day_on_which_nothing_came(lake: Lake) -> None:
    published = Published(date(2026, 3, 2), Precision.DAY, Origin.DECLARED)
    storm = an_article(STORM, source="x.example", published=published)
    short = an_article("Too short.", source="x.example")
    lake.load(
        Inbox().add("a.txt", storm).add("b.txt", storm).add("c.txt", short),
        rejected=[(2, "body.too_short", "c.txt has 2 words")],
        now=datetime(2026, 3, 1, tzinfo=UTC),
    )
    lake.load(Inbox().add("d.txt", an_article(TOWER, source="y.example")), now=datetime(2026, 3, 3, tzinfo=UTC))
    assert lake.rows(
        "select day, source, picked_up, loaded, rejected, rejected_by, duplicate, published "
        "from source_day order by source, day"
    ) == [
        (date(2026, 3, 1), "x.example", 3, 1, 1, {"body.too_short": 1}, 1, 0),
        (date(2026, 3, 2), "x.example", 0, 0, 0, {}, 0, 1),
        (date(2026, 3, 3), "x.example", 0, 0, 0, {}, 0, 0),
        (date(2026, 3, 3), "y.example", 1, 1, 0, {}, 0, 0),
    ]


def test_quality_day_tells_the_fill_rates_beside_the_results(lake: Lake) -> None:
    lake.load(
        Inbox()
        .add("a.txt", an_article(STORM, source="x.example", language="en", authors=(Author("Ada"), Author("Bo"))))
        .add("b.txt", an_article(TOWER, title=None))
        .add("c.txt", Rejection("empty", "nothing"))
    )
    assert lake.rows(
        "select day, suite, results, failures, readings, title_share, author_share, language_share, source_share "
        "from quality_day"
    ) == [(date(2026, 3, 1), "lake", 5, 0, 2, 0.5, 0.5, 0.5, 0.5)]

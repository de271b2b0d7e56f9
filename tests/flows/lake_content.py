"""N3's equality: a lake's content by natural keys, without run and batch ids, surrogate ids and load times."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from warehouse.lake import connect

QUERIES = {
    "readings": """
        select a.identity_key, s.domain, i.input_key,
               f.* exclude (article_id, source_id, feed_id, extractor_id, input_id, batch_id, run_id, loaded_at)
        from fact_article f join dim_article a using (article_id) join dim_source s on s.source_id = f.source_id
        join ops.input i on i.input_id = f.input_id order by all""",
    "articles": """
        select a.identity_key, a.identity_kind, a.current_revision, a.current_extraction, s.domain
        from dim_article a join dim_source s using (source_id) order by all""",
    "authors": """
        select a.identity_key, b.revision, b.extraction, b.position, d.name, d.author_kind, b.role
        from bridge_article_author b join dim_article a using (article_id) join dim_author d using (author_id)
        order by all""",
    "items": """
        select a.identity_key, i.* exclude (article_id) from fact_article_item i join dim_article a using (article_id)
        order by all""",
    "removed": """
        select a.identity_key, r.* exclude (article_id, block_id), b.text
        from fact_removed_text r join dim_article a using (article_id) join removed_block b using (block_id)
        order by all""",
    "inputs": """
        select i.input_key, i.content_hash, i.format, i.state, i.reason, i.detail, i.size, i.mtime_ns, i.is_latest,
               i.revision, i.extraction, d.input_key as first, a.identity_key
        from ops.input i left join ops.input d on d.input_id = i.duplicate_of
        left join dim_article a on a.article_id = i.article_id order by all""",
    "faults": """
        select i.input_key, f.field, f.raw_value, f.rule_id
        from ops.field_fault f join ops.input i using (input_id) order by all""",
    "quarantine": """
        select i.input_key, q.reasons, q.raw from ops.quarantine q join ops.input i using (input_id) order by all""",
    "sources": "select domain, name from dim_source order by all",
    "source merges": """
        select s.domain, i.domain as into_domain, s.merge_cause, s.merge_reason
        from dim_source s join dim_source i on i.source_id = s.merged_into order by all""",
    "held": """
        select i.input_key as key, h.* exclude (input_id, run_id, extractor_id)
        from ops.held h join ops.input i using (input_id) order by all""",
    "gate decisions": "select unit, name, decision, reason from ops.gate_decision order by all",
    "quarantine decisions": """
        select i.input_key, d.decision, d.reason
        from ops.quarantine_decision d join ops.input i using (input_id) order by all""",
    "source aliases": """
        select s.domain, a.alias, a.alias_kind from dim_source_alias a join dim_source s using (source_id)
        order by all""",
    "watches": "select subjects, findings, opened, resolved, open_incidents from ops.watch order by watch_id",
    "author names": "select name, author_kind from dim_author order by all",
    "blocks": "select text_hash, text, char_count from removed_block order by all",
    "site blocks": """
        select s.domain, b.* exclude (source_id) from site_block b join dim_source s using (source_id) order by all""",
    "block learning": "select version, sites, learned, aged from ops.block_learning order by all",
    "site templates": """
        select s.domain, t.* exclude (run_id, source_id, recorded_at)
        from ops.site_template t join dim_source s using (source_id) order by all""",
}


def content(lake: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every table's rows under the names above, in one order."""
    con = connect(lake, read_only=True)
    # Few rows: on one thread, and with one look at the catalog for all, it takes two thirds of the time.
    con.execute("set threads = 1")
    con.execute("begin")
    try:
        return {name: con.execute(query).fetchall() for name, query in QUERIES.items()}
    finally:
        con.close()

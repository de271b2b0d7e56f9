-- One row per span that was cut from the source text of an article's current reading.
--
-- article_id: The article
-- position: Place among the spans, from 1
-- role: Why it is not in the body: boilerplate, metadata or markup
-- rule_id: Stable id of the rule that cut it
-- text: The text that was cut
-- start_char: First character of the span in the source text, from 0
-- end_char: Character after the last one
-- block_id: The distinct text; the same number wherever the text recurs
-- path: Key of the input
-- source: Registrable domain of the news source; null where unknown
select
    reading.article_id,
    span.position,
    span.role,
    span.rule_id,
    block.text,
    span.start_char,
    span.end_char,
    span.block_id,
    reading.path,
    reading.source
from main.fact_article as reading
join main.fact_removed_text as span
    on span.article_id = reading.article_id
    and span.revision = reading.revision
    and span.extraction = reading.extraction
join main.removed_block as block using (block_id)
where reading.is_current

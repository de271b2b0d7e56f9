-- One row per revision in which the publisher changed headline or text and said nothing of it: neither a later declared
-- time of change nor a note of correction. Only readings by the same reader are compared.
--
-- article_id: The article
-- revision: The revision that the change made
-- former_revision: The one observed before it
-- changed_at: When the change was first observed
-- former_observed_at: When the former text was observed: the change lies between the two
-- source: Registrable domain of the news source; null where unknown
-- url: Address
-- title: Headline after the change
-- former_title: Headline before it
-- title_changed: Whether the headline was changed
-- body_changed: Whether the text was changed
-- sentences_added: Sentences that the former text lacks, in their order
-- sentences_removed: Sentences that the later text lacks, in their order
-- modified_at: Declared moment of the last change, no later than before or, where none was declared before, than the former
-- observation; null where none is declared
with notes as (
    select article_id, revision, list(distinct sentence) as sentences
    from main.correction
    group by all
)

select
    change.article_id,
    change.revision,
    change.former_revision,
    change.changed_at,
    change.former_observed_at,
    change.source,
    change.url,
    change.title,
    change.former_title,
    change.title_changed,
    change.body_changed,
    change.sentences_added,
    change.sentences_removed,
    change.modified_at
from main.article_change as change
left join notes as later on later.article_id = change.article_id and later.revision = change.revision
left join notes as former on former.article_id = change.article_id and former.revision = change.former_revision
where change.is_comparable
    and (change.title_changed or change.body_changed)
    -- A time that is declared for the first time tells of a change only where it lies behind the former observation.
    and (
        change.modified_at is null
        or change.modified_at <= coalesce(change.former_modified_at, change.former_observed_at)
    )
    and len(list_filter(
        coalesce(later.sentences, []), lambda s: not list_contains(coalesce(former.sentences, []), s)
    )) = 0

-- One row per article, with its current reading: the one observed last. The view to start from.
--
-- path: Key of the input that the reading was made from: its path inside the inbox, with "#" and a place for a record
-- article_id: The article; `newslake explain` takes it
-- kind: article, brief, liveblog, roundup, video, gallery or other
-- title: Headline, without the name of the site
-- kicker: The line above the headline
-- summary: Standfirst or summary as published
-- highlights: Key points as published, in order
-- authors: Names in the by-line, in order; empty where none is known
-- organisations: Those of the authors that are organisations
-- published_date: The publisher's calendar day; the first of the month or year where the precision is month or year
-- published_at: Moment of publication; null where time or zone is unknown
-- published_offset: The publisher's offset from UTC at published_at, in minutes
-- published_precision: second, minute, day, month or year
-- published_origin: Where the date comes from: declared, sidecar, path, feed, page or text
-- modified_at: Moment of the publisher's last change, as declared
-- url: Canonical or declared address; null where none is usable
-- source: Registrable domain of the news source; null where unknown
-- source_name: Name of the news source as first seen; null where none was given
-- feed: Feed that the file came by; "(none)" where no feed's pattern matches
-- section: The part of the publication that it appeared in
-- categories: Categories and tags as published, in order
-- language: Language of the text, as detected (ISO 639-1)
-- is_translated: True where the text says that it was translated by machine; null where nothing is known
-- is_paywalled: True where the page declares that the article is not free to read; null where it says nothing
-- headings: Section headings within the body, in order
-- items: Items of a roundup, in order; empty for the other kinds
-- body: The text: paragraphs, headings and items joined by a blank line
-- word_count: Words of the body: runs of letters and digits, and one for every two letters of a script that puts no spaces between words (Chinese, Japanese, Thai, …)
-- char_count: Characters of the body
-- removed_chars: Characters, white space not counted, that were cut from the source text
-- confidence: How sure the reader is, 0 to 1; null where it cannot say
-- origins: Field name to where its value comes from
-- engine: Engine that read it
-- block_set_version: Version of the site blocks that the body was stripped of; 0 for none
-- revision: Number of the publisher's version, from 1
-- extraction: Number of our reading of that version, from 1
-- identity_kind: What made it the same article when it was read: record, url or input
-- observed_at: When these bytes were fetched or, failing that, last written
-- loaded_at: When this reading was loaded
-- content_hash: xxh3-128 of the record's bytes
-- batch_id: Batch that loaded it
-- run_id: Run that loaded it

select
    reading.path,
    reading.article_id,

    reading.kind,
    reading.title,
    reading.kicker,
    reading.summary,
    reading.highlights,
    reading.authors,
    reading.organisations,
    reading.published_date,
    reading.published_at,
    reading.published_offset,
    reading.published_precision,
    reading.published_origin,
    reading.modified_at,
    reading.url,
    reading.source,
    reading.source_name,
    reading.feed,
    reading.section,
    reading.categories,
    reading.language,
    reading.is_translated,
    reading.is_paywalled,
    reading.headings,
    reading.items,
    reading.body,

    reading.word_count,
    reading.char_count,
    reading.removed_chars,
    reading.confidence,
    reading.origins,
    reading.engine,
    coalesce(reading.block_set_version, 0) as block_set_version,

    reading.revision,
    reading.extraction,
    reading.identity_kind,
    reading.observed_at,
    reading.loaded_at,
    reading.content_hash,
    reading.batch_id,
    reading.run_id
from main.fact_article as reading
where reading.is_current

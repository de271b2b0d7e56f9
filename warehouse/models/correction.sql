-- One row per note in an article's text or summary by which the publisher says that something was corrected, in the last
-- reading of each revision.
--
-- article_id: The article
-- revision: Number of the publisher's version
-- extraction: The last of our readings of that version
-- is_current: True where the view article shows this revision
-- place: summary or body
-- position: Place among the sentences of the summary or body, from 1
-- sentence: The sentence that says so, or the line that heads the note
-- rule_id: The rule that it matches, the first of several: label (a note's heading word) or version (it speaks of an
-- earlier version or of having been corrected), with its language
-- title: Headline
-- published_date: The publisher's calendar day
-- source: Registrable domain of the news source; null where unknown
-- url: Address
-- observed_at: When the revision was observed
-- path: Key of the input that it was read from
with rules as (
    -- In the order in which they are asked, of a sentence in lower case; a label is asked of the whole line that it heads.
    -- Behind a label comes a colon, a dash that joins no word to it, or nothing, and before that a day in brackets.
    select
        place,
        rule_id,
        starts_with(rule_id, 'label.') as is_label,
        case
            when starts_with(rule_id, 'label.') and rule_id not in ('label.ja', 'label.zh')
                then pattern || '\s*(\([^)]{1,40}\))?(\s*[:—]|\s+[–-]|[–-](\s|$)|\s*$)'
            else pattern
        end as pattern
    from (
        values
        (1, 'label.en', '^\W*(corrections?|clarification|correction and clarification|correction notice)'),
        (2, 'version.en', '\b(an|a|the) (earlier|previous|prior|original|first) version of (this|the) (article|story|report|post|piece|column|headline)\b'),
        (3, 'version.en', '\bthis (article|story|report|post|piece|column) (has been|was) (corrected|amended|updated to correct)\b'),
        (4, 'label.de', '^[^\p{L}]*(berichtigung|korrektur|korrekturhinweis|richtigstellung)'),
        (5, 'version.de', '(in einer|eine) (früheren?|vorherigen?|ersten?|ursprünglichen?) (version|fassung) (dieses|des|diese) (artikels?|textes?|beitrags?|berichts?|meldung)'),
        (6, 'label.fr', '^[^\p{L}]*(correction|rectificatif|erratum|précision)'),
        (7, 'version.fr', 'une (version précédente|précédente version|première version|version antérieure) de (cet article|ce texte|cette dépêche)'),
        (8, 'label.es', '^[^\p{L}]*(corrección|fe de errores|fe de erratas|rectificación)'),
        (9, 'version.es', 'una (versión anterior|primera versión|versión previa) de (este|esta) (artículo|noticia|información|texto|nota)'),
        (10, 'label.it', '^[^\p{L}]*(correzione|errata corrige|rettifica)'),
        (11, 'version.it', 'una (versione precedente|precedente versione|prima versione) di questo (articolo|testo|pezzo)'),
        (12, 'label.pt', '^[^\p{L}]*(correção|errata|retificação)'),
        (13, 'version.pt', 'uma versão (anterior|prévia) (deste|desta) (artigo|reportagem|notícia|texto|matéria)'),
        (14, 'label.nl', '^[^\p{L}]*(correctie|rectificatie)'),
        (15, 'version.nl', 'in een eerdere versie van dit (artikel|bericht|stuk)'),
        (16, 'label.sv', '^[^\p{L}]*(rättelse|rettelse|korrigering)'),
        (17, 'version.sv', 'en (tidigare|tidligere) (version|versjon|udgave|utgave) (av|af) (artikeln|denna artikel|denne artikkelen|artikkelen|artiklen|denne artikel)'),
        (18, 'label.ru', '^[^\p{L}]*(исправление|уточнение|опровержение)'),
        (19, 'version.ru', 'в (предыдущей|ранней|первоначальной) версии (этой |данной )?(статьи|заметки|публикации|текста|новости)'),
        (20, 'label.ja', '^[^\p{L}]*(訂正|おわび|お詫び)(と(訂正|おわび|お詫び))?\s*([:：)）】〉]|$)'),
        (21, 'label.zh', '^[^\p{L}]*更正\s*([:：)）】〉]|$)')
    ) as rule (place, rule_id, pattern)
),

-- A first look that costs a hundredth of the rules: no note is without one of these.
suspects as (
    select reading.*
    from main.fact_article as reading
    where regexp_matches(
        concat_ws(chr(10), reading.summary, reading.body),
        '(?i)correct|clarif|version|berichtig|korrektur|richtigstell|fassung|rectif|errat|précision|correcci|fe de err|versión|correzion|rettific|correção|retifica|versão|versie|rättelse|rettelse|korriger|utgave|udgave|versjon|исправлен|уточнен|опроверж|верси|訂正|おわび|お詫び|更正'
    )
    qualify row_number() over (partition by article_id, revision order by extraction desc) = 1
),

last_readings as (
    select article_id, revision, max(extraction) as extraction
    from main.fact_article
    group by all
),

lines as (
    select
        suspects.article_id,
        suspects.revision,
        part.place,
        unnest(string_split(part.text, chr(10))) as line,
        generate_subscripts(string_split(part.text, chr(10)), 1) as line_number
    from suspects
    cross join lateral (
        values ('summary', coalesce(suspects.summary, '')), ('body', suspects.body)
    ) as part (place, text)
),

told as (
    select article_id, revision, place, line, line_number, unnest(told) as sentence, generate_subscripts(told, 1) as number
    from (select *, sentences(line) as told from lines)
),

numbered as (
    select
        *,
        row_number() over (partition by article_id, revision, place order by line_number, number) as position
    from told
),

notes as (
    select
        numbered.article_id,
        numbered.revision,
        numbered.place,
        numbered.position,
        numbered.sentence,
        arg_min(rules.rule_id, rules.place) as rule_id
    from numbered
    join rules
        on case
            when not rules.is_label then regexp_matches(lower(numbered.sentence), rules.pattern)
            when numbered.number = 1 then regexp_matches(lower(trim(numbered.line)), rules.pattern)
        end
    group by all
)

select
    notes.article_id,
    notes.revision,
    suspects.extraction,
    article.current_revision = notes.revision as is_current,
    notes.place,
    notes.position::integer as position,
    notes.sentence,
    notes.rule_id,
    suspects.title,
    suspects.published_date,
    suspects.source,
    suspects.url,
    suspects.observed_at,
    suspects.path
from notes
join suspects on suspects.article_id = notes.article_id and suspects.revision = notes.revision
join last_readings
    on last_readings.article_id = suspects.article_id
    and last_readings.revision = suspects.revision
    and last_readings.extraction = suspects.extraction
join main.dim_article as article on article.article_id = notes.article_id

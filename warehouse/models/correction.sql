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
    -- In the order in which they are asked. Without spaces, of a sentence in lower case.
    select *
    from (
        values
        (1, 'label.en', '^\W*(corrections?|clarification|correction and clarification|correction notice)\s*(\(.{1,40}\))?\s*([:—–-]|$)'),
        (2, 'version.en', '\b(an|a|the) (earlier|previous|prior|original|first) version of (this|the) (article|story|report|post|piece|column|headline)\b'),
        (3, 'version.en', '\bthis (article|story|report|post|piece|column) (has been|was) (corrected|amended|updated to correct)\b'),
        (4, 'label.de', '^[^\p{L}]*(berichtigung|korrektur|korrekturhinweis|richtigstellung)\s*(\(.{1,40}\))?\s*([:—–-]|$)'),
        (5, 'version.de', '(in einer|eine) (früheren?|vorherigen?|ersten?|ursprünglichen?) (version|fassung) (dieses|des|diese) (artikels?|textes?|beitrags?|berichts?|meldung)'),
        (6, 'label.fr', '^[^\p{L}]*(correction|rectificatif|erratum|précision)\s*(\(.{1,40}\))?\s*([:—–-]|$)'),
        (7, 'version.fr', 'une (version précédente|précédente version|première version|version antérieure) de (cet article|ce texte|cette dépêche)'),
        (8, 'label.es', '^[^\p{L}]*(corrección|fe de errores|fe de erratas|rectificación)\s*(\(.{1,40}\))?\s*([:—–-]|$)'),
        (9, 'version.es', 'una (versión anterior|primera versión|versión previa) de (este|esta) (artículo|noticia|información|texto|nota)'),
        (10, 'label.it', '^[^\p{L}]*(correzione|errata corrige|rettifica)\s*(\(.{1,40}\))?\s*([:—–-]|$)'),
        (11, 'version.it', 'una (versione precedente|precedente versione|prima versione) di questo (articolo|testo|pezzo)'),
        (12, 'label.pt', '^[^\p{L}]*(correção|errata|retificação)\s*(\(.{1,40}\))?\s*([:—–-]|$)'),
        (13, 'version.pt', 'uma versão (anterior|prévia) (deste|desta) (artigo|reportagem|notícia|texto|matéria)'),
        (14, 'label.nl', '^[^\p{L}]*(correctie|rectificatie)\s*(\(.{1,40}\))?\s*([:—–-]|$)'),
        (15, 'version.nl', 'in een eerdere versie van dit (artikel|bericht|stuk)'),
        (16, 'label.sv', '^[^\p{L}]*(rättelse|rettelse|korrigering)\s*(\(.{1,40}\))?\s*([:—–-]|$)'),
        (17, 'version.sv', 'en (tidigare|tidligere) (version|versjon|udgave|utgave) (av|af) (artikeln|denna artikel|denne artikkelen|artikkelen|artiklen|denne artikel)'),
        (18, 'label.ru', '^[^\p{L}]*(исправление|уточнение|опровержение)\s*([:—–-]|$)'),
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
        unnest(part.sentences) as sentence,
        generate_subscripts(part.sentences, 1) as position
    from suspects
    cross join lateral (
        select
            place,
            list_filter(
                list_transform(
                    string_split(
                        regexp_replace(
                            text,
                            '([.!?…]+["”’»)\]]*)[ \t]+(["“„«‘¿¡(\[]*[\p{Lu}\p{Lo}\p{Nd}])|([。！？]+["”」』）]*)',
                            '\1\3' || chr(10) || '\2',
                            'g'
                        ),
                        chr(10)
                    ),
                    lambda line: trim(line)
                ),
                lambda line: line <> ''
            ) as sentences
        from (values ('summary', coalesce(suspects.summary, '')), ('body', suspects.body)) as parts (place, text)
    ) as part
),

notes as (
    select lines.*, arg_min(rules.rule_id, rules.place) as rule_id
    from lines
    join rules on regexp_matches(lower(lines.sentence), rules.pattern)
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

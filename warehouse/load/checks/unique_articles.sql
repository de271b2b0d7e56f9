-- Of the batch's articles: one row for each identity, no reading twice, and one that is current.
select identity_kind, identity_key, count(*) as rows, 'one identity, several articles' as difference
from written_articles
where identity_key in (select identity_key from decisions)
group by identity_kind, identity_key
having count(*) > 1
union all
select 'reading', concat_ws('/', article_id, revision, extraction), count(*), 'one reading twice'
from written_readings
where article_id in (select article_id from decisions)
group by article_id, revision, extraction
having count(*) > 1
union all
select 'current reading', article_id::varchar, count(*), 'one article, several current readings'
from written_readings
where is_current and article_id in (select article_id from decisions)
group by article_id
having count(*) > 1

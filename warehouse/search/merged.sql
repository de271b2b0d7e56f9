-- The postings of several segments as one, without those of articles that are no longer in the lake.
select postings.*
from read_parquet(getvariable('segments')) as postings
semi join main.dim_article as article on article.article_id = postings.article_id
order by postings.term, postings.article_id, postings.revision, postings.extraction

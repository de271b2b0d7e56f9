-- One article with all of its fields that people read.
select path, title, authors, published_at, url, source, section, body
from article
where article_id = 4711

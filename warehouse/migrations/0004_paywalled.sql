-- Whether the publisher declares that an article is not free to read. No default, as for every column that is added
-- later; null is unknown, in readings from before there was the column as well.

alter table lake.fact_article add column is_paywalled boolean;
comment on column lake.fact_article.is_paywalled is 'True where the page declares that the article is not free to read; null where it says nothing';

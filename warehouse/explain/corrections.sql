-- One row per note of correction in the article's revisions, in the order of their observation.
select revision, place, sentence, rule_id, observed_at
from correction
where article_id = $article_id
order by observed_at, revision, place desc, position

-- Articles and words of each source.
select source, count(*) as articles, sum(word_count) as words
from article
group by source
order by articles desc, source

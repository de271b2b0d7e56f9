-- What was cut from the pages, by which rule, and what does it cut most often?
select
    rule_id,
    role,
    count(*) as spans,
    count(distinct article_id) as articles,
    sum(end_char - start_char) as characters,
    left(replace(mode(text order by text), chr(10), ' '), 40) as most_often
from removed_text
group by rule_id, role
order by spans desc, rule_id

-- Domain and name by which sources and their articles are shown, those of the source that stands for each, where they are no
-- longer right; of sources_shown, one row per source that is to be shown otherwise.
update dim_source
set identity_domain = shown.domain, identity_name = shown.name
from sources_shown as shown
where dim_source.source_id = shown.source_id;

update fact_article
set source = shown.domain, source_name = shown.name
from sources_shown as shown
where fact_article.source_id = shown.source_id;

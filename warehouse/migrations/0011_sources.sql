-- Sources that were found to be one. Facts keep the source that they name; which source that is today stands in
-- dim_source, so that merging is undone by a split and history stays what it was. No defaults, as for every column that
-- is added later; null is "its own identity".

alter table lake.dim_source add column merged_into bigint;
alter table lake.dim_source add column merge_cause varchar;
alter table lake.dim_source add column merge_reason varchar;
alter table lake.dim_source add column merged_at timestamptz;
alter table lake.dim_source add column identity_id bigint;
alter table lake.dim_source add column retired_at timestamptz;
comment on table lake.dim_source is 'One row per news source as inputs name it: by its domain or, where no domain is known, by its name; the view source has those that were merged as one.';
comment on column lake.dim_source.merged_into is 'The source that it was merged into; null where it stands alone';
comment on column lake.dim_source.merge_cause is 'operator (merged or split by command), declared_name (known by name only, and one source alone declares that name) or same_name (a spelling of the same name); null where nothing was decided';
comment on column lake.dim_source.merge_reason is 'Why, in the words of who decided';
comment on column lake.dim_source.merged_at is 'When it was merged or split';
comment on column lake.dim_source.identity_id is 'The source that stands for it and for all that were merged with it, itself null where it stands for itself';
comment on column lake.dim_source.retired_at is 'When its domain passed into other hands: what is observed from then on is another source; null while it holds';

alter table lake.dim_source_alias add column origin varchar;
alter table lake.dim_source_alias add column last_seen_at timestamptz;
comment on column lake.dim_source_alias.origin is 'Who gave the name: declared (pages, records, feeds) or operator; null is declared';
comment on column lake.dim_source_alias.last_seen_at is 'Latest observed_at that gave this name; null where none did since this is recorded';

create table lake.ops.source_change (
    change_id            bigint not null,
    action               varchar not null,
    source_id            bigint not null,
    into_source_id       bigint,
    alias                varchar,
    cause                varchar not null,
    reason               varchar,
    recorded_at          timestamptz not null
);

comment on table lake.ops.source_change is 'One row per decision about a source, in order; nothing is ever taken out of it.';
comment on column lake.ops.source_change.change_id is 'Surrogate id, dense, from 1';
comment on column lake.ops.source_change.action is 'merge, split, retire, alias (a name given) or unalias (its validity ended)';
comment on column lake.ops.source_change.source_id is 'The source that it is about (dim_source)';
comment on column lake.ops.source_change.into_source_id is 'The source that it was merged into or split from; null for an alias';
comment on column lake.ops.source_change.alias is 'The name; null for a merge or split';
comment on column lake.ops.source_change.cause is 'operator, declared_name or same_name';
comment on column lake.ops.source_change.reason is 'Why; null where nobody said';
comment on column lake.ops.source_change.recorded_at is 'When it was decided';

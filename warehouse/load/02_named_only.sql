-- One row: how many sources there are that are known by name only, with those of the batch. Whose they are is what declared
-- names can change; where there are none, there is nothing to settle.
select
    (select count(*) from sources_known where domain is null)
    + (select count(*) from sources_named where domain is null)

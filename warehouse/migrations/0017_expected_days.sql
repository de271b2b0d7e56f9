-- How many articles the watch expected of a source on a day: the bounds of its windows of several days say nothing of one.
alter table lake.ops.source_expectation add column day_expected double;
comment on column lake.ops.source_expectation.day_expected is 'Of the volume of articles (cause too_few): how many the day of made_at is expected to bring; null of others, and from before it was kept';

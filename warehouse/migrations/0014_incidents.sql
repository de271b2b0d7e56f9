-- What was expected, what was wrong and who was told: expectations of the monitors, incidents that open once and close
-- once, and messages that are committed before they are sent, so that a killed process loses none of them.

create table lake.ops.incident (
    incident_id          bigint not null,
    led_by               bigint not null,
    monitor              varchar not null,
    subject_kind         varchar not null,
    subject              varchar not null,
    source_id            bigint,
    cause                varchar not null,
    severity             varchar not null,
    since                timestamptz not null,
    opened_at            timestamptz not null,
    seen_at              timestamptz not null,
    well_since           timestamptz,
    resolved_at          timestamptz,
    why                  varchar not null,
    told_at              timestamptz,
    reminders            integer not null
);

comment on table lake.ops.incident is 'One row per incident: something that is or was wrong with a source, a feed, the inbox of the runs, a deployment or a channel.';
comment on column lake.ops.incident.incident_id is 'Surrogate id, dense, from 1';
comment on column lake.ops.incident.led_by is 'The incident that explains it and is told in its place; itself where it is told itself';
comment on column lake.ops.incident.monitor is 'The monitor that found it: freshness, volume, fields, template, rejections, repeats, lateness, dates, schema, schedule, run, flow or channel';
comment on column lake.ops.incident.subject_kind is 'source, feed, inbox, deployment or channel';
comment on column lake.ops.incident.subject is 'Domain or name of the source, name of the feed or deployment, the inbox, the channel without its secrets';
comment on column lake.ops.incident.source_id is 'The source under its identity (dim_source); null for other subjects';
comment on column lake.ops.incident.cause is 'Stable word: silent, too_few, template_break, rejections, run_failed and so on';
comment on column lake.ops.incident.severity is 'critical or warning';
comment on column lake.ops.incident.since is 'When the trouble began, as far as the past shows';
comment on column lake.ops.incident.opened_at is 'The end of the hour, or the run, that showed it';
comment on column lake.ops.incident.seen_at is 'When it was last seen';
comment on column lake.ops.incident.well_since is 'When all began to look well again; null while it does not';
comment on column lake.ops.incident.resolved_at is 'When all had been well for long enough; null while it is open';
comment on column lake.ops.incident.why is 'What was seen and what was expected, in words, as it was last seen';
comment on column lake.ops.incident.told_at is 'When the last message about it was made; null where another incident is told in its place';
comment on column lake.ops.incident.reminders is 'How many reminders there were';

create table lake.ops.source_expectation (
    monitor              varchar not null,
    subject_kind         varchar not null,
    subject              varchar not null,
    source_id            bigint,
    cause                varchar not null,
    measure              varchar not null,
    made_at              timestamptz not null,
    starts               timestamptz not null,
    ends                 timestamptz not null,
    low                  double,
    high                 double,
    unit                 varchar not null,
    chance               double not null,
    basis                varchar not null
);

comment on table lake.ops.source_expectation is 'One row per monitor, subject, cause and day: what was expected, as the first watch of the day had it.';
comment on column lake.ops.source_expectation.monitor is 'The monitor';
comment on column lake.ops.source_expectation.subject_kind is 'source, feed or deployment';
comment on column lake.ops.source_expectation.subject is 'Domain or name of the source, name of the feed or deployment';
comment on column lake.ops.source_expectation.source_id is 'The source under its identity (dim_source); null for other subjects';
comment on column lake.ops.source_expectation.cause is 'What it would be called if it did not hold';
comment on column lake.ops.source_expectation.measure is 'What is measured';
comment on column lake.ops.source_expectation.made_at is 'The end of the past that it was learned from';
comment on column lake.ops.source_expectation.starts is 'Beginning of the time that it is about';
comment on column lake.ops.source_expectation.ends is 'End of that time; of freshness, the time from which an article is overdue';
comment on column lake.ops.source_expectation.low is 'Least value that is expected; null where it has no bound on that side';
comment on column lake.ops.source_expectation.high is 'Largest value that is expected; null where it has no bound on that side';
comment on column lake.ops.source_expectation.unit is 'Unit of low and high: hours, articles, share, fields or runs';
comment on column lake.ops.source_expectation.chance is 'Largest probability of a value outside while all is well, as the model has it';
comment on column lake.ops.source_expectation.basis is 'What it was learned from, in words';

create table lake.ops.record_fields (
    batch_id             bigint not null,
    feed_id              bigint not null,
    source_id            bigint not null,
    records              bigint not null,
    fields               map(varchar, bigint) not null,
    recorded_at          timestamptz not null
);

comment on table lake.ops.record_fields is 'One row per batch, feed and source with JSON records: the names of their fields.';
comment on column lake.ops.record_fields.batch_id is 'The batch';
comment on column lake.ops.record_fields.feed_id is 'The feed (dim_feed); 0 for none';
comment on column lake.ops.record_fields.source_id is 'The source as the inputs name it (dim_source); 0 where unknown';
comment on column lake.ops.record_fields.records is 'JSON records that came to a state in the batch, refused ones too';
comment on column lake.ops.record_fields.fields is 'Name of each field of the records'' top level, as written, to the number of records that have it';
comment on column lake.ops.record_fields.recorded_at is 'When it was recorded';

create table lake.ops.watch (
    watch_id             bigint not null,
    as_of                timestamptz not null,
    covered_until        timestamptz,
    seconds              double not null,
    subjects             integer not null,
    findings             integer not null,
    opened               integer not null,
    resolved             integer not null,
    open_incidents       integer not null
);

comment on table lake.ops.watch is 'One row per watch: when the monitors judged, and what came of it.';
comment on column lake.ops.watch.watch_id is 'Surrogate id, dense, from 1';
comment on column lake.ops.watch.as_of is 'The time that it judged by';
comment on column lake.ops.watch.covered_until is 'The hour up to which a completed run had picked up what came; null where there was none';
comment on column lake.ops.watch.seconds is 'How long reading and judging took, in seconds';
comment on column lake.ops.watch.subjects is 'Sources and feeds that were looked at';
comment on column lake.ops.watch.findings is 'Judgements that were made';
comment on column lake.ops.watch.opened is 'Incidents that it opened';
comment on column lake.ops.watch.resolved is 'Incidents that it resolved';
comment on column lake.ops.watch.open_incidents is 'Incidents that were open after it';

alter table lake.ops.alert alter column run_id drop not null;
alter table lake.ops.alert alter column sent_at drop not null;
alter table lake.ops.alert add column kind varchar;
alter table lake.ops.alert add column incidents bigint[];
alter table lake.ops.alert add column made_at timestamptz;
alter table lake.ops.alert add column due_at timestamptz;
alter table lake.ops.alert add column settled_at timestamptz;
alter table lake.ops.alert add column sent_with bigint;
comment on table lake.ops.alert is 'One row per message; it is committed before it is sent.';
comment on column lake.ops.alert.run_id is 'The run that it tells of; null where it tells of none';
comment on column lake.ops.alert.cause is 'Cause of the incident, or several joined by a plus; digest for a digest, waited for what waited for the end of quiet hours';
comment on column lake.ops.alert.sent_at is 'When it was last tried to send it; null before that';
comment on column lake.ops.alert.problem is 'What went wrong with a channel, without secrets; null where nothing did';
comment on column lake.ops.alert.kind is 'opened, reminder, resolved, digest or waited (messages that waited for the end of quiet hours, as one); null for those made before this was recorded';
comment on column lake.ops.alert.incidents is 'The incidents that it tells of (ops.incident)';
comment on column lake.ops.alert.made_at is 'When it was made; null for those made before this was recorded';
comment on column lake.ops.alert.due_at is 'From when on it may be sent: the end of quiet hours for one that may wait';
comment on column lake.ops.alert.settled_at is 'When nothing more was to be done: every channel has it, there is none, it was given up, or it went out within another';
comment on column lake.ops.alert.sent_with is 'The message that it went out within; null where it went out by itself';

create table lake.ops.alert_delivery (
    alert_id             bigint not null,
    channel              varchar not null,
    delivered_at         timestamptz,
    tries                integer not null,
    problem              varchar,
    tried_at             timestamptz not null
);

comment on table lake.ops.alert_delivery is 'One row per message and channel that it was tried on.';
comment on column lake.ops.alert_delivery.alert_id is 'The message (ops.alert)';
comment on column lake.ops.alert_delivery.channel is 'The channel without its secrets; a number tells apart those that look alike';
comment on column lake.ops.alert_delivery.delivered_at is 'When the channel took it; null where it has not';
comment on column lake.ops.alert_delivery.tries is 'How often it was tried';
comment on column lake.ops.alert_delivery.problem is 'What went wrong the last time, without secrets';
comment on column lake.ops.alert_delivery.tried_at is 'When it was last tried';

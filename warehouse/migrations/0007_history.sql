-- What a run was for, and what was decided about inputs in quarantine.

alter table lake.ops.run add column kind varchar;
comment on column lake.ops.run.kind is 'ingest, replay (readings made again) or quarantine_replay; null, in runs from before it was recorded, for ingest';

create table lake.ops.quarantine_decision (
    decision_id          bigint not null,
    quarantine_id        bigint not null,
    input_id             bigint not null,
    decision             varchar not null,
    reason               varchar not null,
    decided_by           varchar not null,
    decided_at           timestamptz not null
);

comment on table lake.ops.quarantine_decision is 'One row per decision about a quarantined input. The input stays quarantined and is counted as such; it is no longer waiting for anybody.';
comment on column lake.ops.quarantine_decision.decision_id is 'Surrogate id, dense, from 1';
comment on column lake.ops.quarantine_decision.quarantine_id is 'The entry that was decided about; its row in ops.quarantine is gone once its bytes were read again with another outcome';
comment on column lake.ops.quarantine_decision.input_id is 'The input (ops.input)';
comment on column lake.ops.quarantine_decision.decision is 'discarded';
comment on column lake.ops.quarantine_decision.reason is 'Why, in the words of who decided';
comment on column lake.ops.quarantine_decision.decided_by is 'Account that decided';
comment on column lake.ops.quarantine_decision.decided_at is 'When';

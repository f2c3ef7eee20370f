CREATE TABLE pgresult.schedule (
  key               text        PRIMARY KEY,
  name              text        NOT NULL UNIQUE,
  cron              text        NOT NULL,
  zone              text        NOT NULL,
  delay_seconds     bigint      NOT NULL CHECK (delay_seconds >= 0),
  database          text        NOT NULL,
  database_password text,
  result            text        NOT NULL,
  result_password   text,
  sql               text        NOT NULL,
  runner_options    text[]      NOT NULL,
  missed            text        NOT NULL CHECK (missed IN ('skip', 'last', 'all')),
  overlap           text        NOT NULL CHECK (overlap IN ('wait', 'skip')),
  retries           integer     NOT NULL CHECK (retries >= 0),
  paused            boolean     NOT NULL,
  next_tick         timestamptz,
  created_at        timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON COLUMN pgresult.schedule.key IS 'what run ids begin with; stays when the name changes';
COMMENT ON COLUMN pgresult.schedule.next_tick IS 'the next tick to be planned; its run starts delay_seconds later';

CREATE TABLE pgresult.server (
  id          uuid        PRIMARY KEY,
  host        text        NOT NULL,
  pid         bigint      NOT NULL,
  serving     boolean     NOT NULL,
  started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  alive_until timestamptz NOT NULL
);
COMMENT ON TABLE pgresult.server IS 'processes that execute runs; serving ones take any';

CREATE SEQUENCE pgresult.place;

CREATE TABLE pgresult.run (
  id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  schedule_key text        NOT NULL REFERENCES pgresult.schedule ON DELETE CASCADE,
  tick         timestamptz NOT NULL,
  repetition   integer     NOT NULL DEFAULT 0,
  place        bigint      NOT NULL DEFAULT nextval('pgresult.place'),
  state        text        NOT NULL CHECK (state IN ('queued', 'running', 'success', 'error', 'skipped')),
  starts       integer     NOT NULL DEFAULT 0,
  failures     integer     NOT NULL DEFAULT 0,
  takeovers    integer     NOT NULL DEFAULT 0,
  server       uuid,
  not_before   timestamptz,
  started_at   timestamptz,
  ended_at     timestamptz,
  rows         bigint,
  error        text,
  UNIQUE (schedule_key, tick, repetition)
);
COMMENT ON COLUMN pgresult.run.place IS 'the order in which runs of a schedule start';
COMMENT ON COLUMN pgresult.run.starts IS 'only who started it last writes the outcome';
COMMENT ON COLUMN pgresult.run.server IS 'who executes it; of a queued run, who alone may';
CREATE INDEX ON pgresult.run (schedule_key, place) WHERE state IN ('queued', 'running');

-- The table of db-scheduler, as its documentation has it.
CREATE TABLE pgresult.task (
  task_name            text        NOT NULL,
  task_instance        text        NOT NULL,
  task_data            bytea,
  execution_time       timestamptz NOT NULL,
  picked               boolean     NOT NULL,
  picked_by            text,
  last_success         timestamptz,
  last_failure         timestamptz,
  consecutive_failures integer,
  last_heartbeat       timestamptz,
  version              bigint      NOT NULL,
  priority             smallint,
  PRIMARY KEY (task_name, task_instance)
);
CREATE INDEX ON pgresult.task (execution_time);
CREATE INDEX ON pgresult.task (last_heartbeat);

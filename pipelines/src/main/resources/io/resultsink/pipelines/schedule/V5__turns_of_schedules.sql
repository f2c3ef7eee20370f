ALTER TABLE pgresult.schedule ADD COLUMN last_start timestamptz;
COMMENT ON COLUMN pgresult.schedule.last_start IS 'when a run of it was last started; schedules take turns by it';
-- The rows of pgresult.run say what is due.
DROP TABLE pgresult.task;

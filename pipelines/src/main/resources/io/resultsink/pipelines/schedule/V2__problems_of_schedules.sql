ALTER TABLE pgresult.schedule ADD COLUMN problem text;
COMMENT ON COLUMN pgresult.schedule.problem IS 'why a server could not plan it; null when one could';

ALTER TABLE pgresult.run ADD COLUMN rejected bigint;
COMMENT ON COLUMN pgresult.run.rejected IS 'rows of the result that did not fit the table, and are not in it';

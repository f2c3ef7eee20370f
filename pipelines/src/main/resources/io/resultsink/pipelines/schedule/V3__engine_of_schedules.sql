-- What executes the query: duckdb, postgres or beam; NULL for the one that fits.
ALTER TABLE pgresult.schedule ADD COLUMN engine text;

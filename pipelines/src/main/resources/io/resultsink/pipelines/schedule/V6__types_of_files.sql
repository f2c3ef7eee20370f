-- The user's word on files: types as COLUMN=TYPE, and texts that stand for NULL.
ALTER TABLE pgresult.schedule
  ADD COLUMN types text[] NOT NULL DEFAULT '{}',
  ADD COLUMN nulls text[] NOT NULL DEFAULT '{}';

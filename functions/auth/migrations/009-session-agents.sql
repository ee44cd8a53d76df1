-- So that people recognise their log-ins: when one was used last, and what the browser calls itself. Null in those from before.
ALTER TABLE sessions ADD COLUMN used_at timestamptz, ADD COLUMN agent text;

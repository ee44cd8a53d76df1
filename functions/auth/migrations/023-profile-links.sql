-- Pages elsewhere that somebody says are theirs: https addresses, shown with rel="me". Cleared with the account.
ALTER TABLE users ADD COLUMN links text[] NOT NULL DEFAULT '{}';

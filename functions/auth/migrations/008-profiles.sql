-- What people say of themselves on their page: plain text. Null: nothing. Cleared with the account.
ALTER TABLE users ADD COLUMN bio text;

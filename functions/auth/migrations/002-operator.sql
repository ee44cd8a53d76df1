-- Operators redrive and replay events; they write no posts.
ALTER TABLE users DROP CONSTRAINT users_role_check;
ALTER TABLE users ADD CONSTRAINT users_role_check CHECK (role IN ('reader', 'author', 'editor', 'operator', 'admin'));

-- What browsers have begun and not finished, each good once and for minutes: a log-in at a provider. Found by the hash of a secret that only a
-- cookie of the browser holds.
CREATE TABLE pending_sign_ins (
  hash text PRIMARY KEY,
  -- Which kind `data` is of: functions/auth/pending-store.ts.
  step text NOT NULL,
  data jsonb NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX pending_sign_ins_expiry ON pending_sign_ins (expires_at);

-- A dead letter that nobody will redrive: who says so, when and why. It stays on record like one that was redriven.
ALTER TABLE dead_letters
  DROP CONSTRAINT dead_letters_state_check,
  ADD CONSTRAINT dead_letters_state_check CHECK (state IN ('open', 'redriven', 'dismissed')),
  ADD COLUMN dismissed_at timestamptz(3),
  ADD COLUMN dismissed_by text,
  ADD COLUMN dismissed_because text,
  ADD CONSTRAINT dead_letters_dismissed_check CHECK (
    state <> 'dismissed' OR (dismissed_at IS NOT NULL AND dismissed_by IS NOT NULL AND dismissed_because IS NOT NULL));
CREATE INDEX dead_letters_settled ON dead_letters (failed_at) WHERE state <> 'open';
DROP INDEX dead_letters_redriven;

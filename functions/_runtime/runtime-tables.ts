import { reader } from './login-role.ts';

/** A column that may be there already; ALTER TABLE … IF NOT EXISTS would lock the table all the same. */
const addColumn = (column: string, type: string) => `
  IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'outbox'::regclass AND attname = '${column}') THEN
    ALTER TABLE outbox ADD COLUMN ${column} ${type};
  END IF;`;

/** CREATE INDEX … IF NOT EXISTS would hold up writers all the same. */
const createIndex = (name: string, on: string) => `
  IF to_regclass('${name}') IS NULL THEN CREATE INDEX ${name} ON ${on}; END IF;`;

/**
 * A plan that was made while the outbox was nearly empty reads all of it, and is kept by a connection when it no longer is. These never do:
 * they take an index, whatever is known of the table.
 */
const createFunction = (name: string, [argument, type]: [string, string], returns: string, statement: string) => `
  IF to_regprocedure('${name}(${type})') IS NULL THEN
    CREATE FUNCTION ${name}(${argument} ${type}) RETURNS ${returns} LANGUAGE plpgsql SET enable_seqscan = off AS $function$ BEGIN ${statement}; END $function$;
    REVOKE EXECUTE ON FUNCTION ${name}(${type}) FROM PUBLIC;
  END IF;`;

/**
 * Tables that `_runtime` keeps in every function's schema (see outbox.ts, receive.ts, limiter.ts), and what brings those of an older version
 * up to date. Every run of the migrations runs it: where nothing is to be done it locks nothing.
 */
export const runtimeTables = `
CREATE TABLE IF NOT EXISTS outbox (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id uuid NOT NULL,
  type text NOT NULL,
  source text NOT NULL,
  subject text NOT NULL,
  time timestamptz NOT NULL DEFAULT clock_timestamp(),
  data json NOT NULL,
  traceparent text,
  tracestate text,
  dssematerial text
);
CREATE TABLE IF NOT EXISTS inbox (
  source text NOT NULL,
  id text NOT NULL,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (source, id)
);
CREATE TABLE IF NOT EXISTS rate_limits (
  key text PRIMARY KEY,
  hits timestamptz[] NOT NULL
);
DO $$ BEGIN
  -- Null: not sent yet. What the Broker has taken stays until the archive has it, see functions/relay.
  ${addColumn('sent_at', 'timestamptz')}
  ${addColumn('resent', 'smallint NOT NULL DEFAULT 0')}
  ${addColumn('dssematerial', 'text')}
  -- jsonb would give data back in other words than those that were signed.
  IF (SELECT atttypid FROM pg_attribute WHERE attrelid = 'outbox'::regclass AND attname = 'data') = 'jsonb'::regtype THEN
    ALTER TABLE outbox ALTER COLUMN data TYPE json;
  END IF;
  -- Of unsent rows only, so that what waits for the archive costs a writer nothing.
  ${createIndex('outbox_unsent', 'outbox (subject, position) WHERE sent_at IS NULL')}
  ${createIndex('inbox_received', 'inbox (received_at)')}
  ${createFunction('outbox_unsent', ['of_subject', 'text'], 'bigint[] STABLE', 'RETURN ARRAY(SELECT position FROM outbox WHERE subject = of_subject AND sent_at IS NULL)')}
  ${createFunction('outbox_mark_sent', ['positions', 'bigint[]'], 'void', 'UPDATE outbox SET sent_at = clock_timestamp() WHERE position = ANY(positions) AND sent_at IS NULL')}
END $$;
DROP INDEX IF EXISTS outbox_subject;`;

/**
 * What the relay may do in a function's schema: find rows of the outbox, lock them, mark them as sent and delete them. It may not change
 * what they say.
 */
export const grantOutbox = (schema: string): string => `
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'relay') THEN
    GRANT USAGE ON SCHEMA ${schema} TO relay;
    GRANT SELECT, DELETE, UPDATE (sent_at, resent) ON outbox TO relay;
    REVOKE UPDATE (position) ON outbox FROM relay;
  END IF;
END $$;`;

/** What the journal may do in a function's schema: read which events it has. */
export const grantInbox = (schema: string): string => `
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'journal') THEN
    GRANT USAGE ON SCHEMA ${schema} TO journal;
    GRANT SELECT (source, id) ON inbox TO journal;
  END IF;
END $$;`;

/** The relay asks the journal's archive for events, and sees no more of them than that they are there. */
export const grantArchive = `
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'relay') THEN
    GRANT SELECT (source, id) ON events TO relay;
  END IF;
END $$;`;

/** What the relay may ask the journal: whether there is something to reconcile. */
export const grantReconciliation = `
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'relay') AND to_regprocedure('journal.reconciliation_due()') IS NOT NULL THEN
    GRANT EXECUTE ON FUNCTION journal.reconciliation_due() TO relay;
  END IF;
END $$;`;

/** Backups read everything, in schemas with their tables of today. */
export const grantReading = (schema: string): string => `
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = '${reader}') THEN
    GRANT USAGE ON SCHEMA ${schema} TO ${reader};
    GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${reader};
    GRANT SELECT ON ALL SEQUENCES IN SCHEMA ${schema} TO ${reader};
  END IF;
END $$;`;

/** Which migrations these tables are of. */
export const grantReadingMigrations = `
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = '${reader}') THEN
    GRANT SELECT ON public.migrations TO ${reader};
  END IF;
END $$;`;

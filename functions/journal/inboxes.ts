import { exchange } from '@dormouse/runtime/http';
import { inboxQuestion } from '@dormouse/runtime/inbox-question';
import type { Sql } from '@dormouse/runtime/sql-types';
import type { Trigger } from './kubernetes.ts';
import { serviceUrl } from './subscriber.ts';

/** What identifies an event. */
export interface EventKey {
  source: string;
  id: string;
}

/** Asks one consumer's inbox. */
export interface Inbox {
  /** Those of the events that the consumer has not. @throws Error when it cannot be asked now */
  lacking<E extends EventKey>(events: readonly E[]): Promise<E[]>;
  /** Whether it remembers anything. */
  used(): Promise<boolean>;
}

export interface Inboxes {
  /** How the inbox of a Trigger's consumer is asked; undefined when nothing says that it keeps one. */
  of(trigger: Pick<Trigger, 'subscriberUri' | 'namespace' | 'inbox'>): Promise<Inbox | undefined>;
  /** Looks anew which schemas there are. */
  refresh(): void;
}

const perQuestion = 200;

/**
 * The inboxes of consumers: by SQL where the consumer's schema is in this database (migrate lets the journal read source and id), by the
 * consumer's own address where its Trigger says `dormouse.dev/inbox: route`.
 */
export function openInboxes({ sql, gateway }: { sql: Sql; gateway: string }): Inboxes {
  let schemas: Promise<ReadonlySet<string>> | undefined;
  return {
    refresh: () => void (schemas = undefined),
    async of({ subscriberUri, namespace, inbox }) {
      const address = subscriberUri === undefined ? undefined : serviceUrl(subscriberUri);
      if (!address || inbox === 'none') return undefined;
      if (inbox === 'route') return byRoute(`${gateway}${address.path}`, address.host);
      const [service = '', within] = address.host.split('.');
      const known = await (schemas ??= readable(sql));
      return within === namespace && known.has(service) ? bySql(sql, service) : undefined;
    },
  };
}

/** Schemas whose inbox the journal may read. */
async function readable(sql: Sql): Promise<ReadonlySet<string>> {
  const rows = await sql<{ schema: string }[]>`
    SELECT nspname AS schema FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relname = 'inbox' AND relkind = 'r' AND has_schema_privilege(pg_namespace.oid, 'USAGE')
      AND has_column_privilege(pg_class.oid, 'source', 'SELECT') AND has_column_privilege(pg_class.oid, 'id', 'SELECT')`;
  return new Set(rows.map(({ schema }) => schema));
}

function bySql(sql: Sql, schema: string): Inbox {
  const inbox = () => sql(`${schema}.inbox`);
  return {
    async lacking(events) {
      if (events.length === 0) return [];
      const rows = await sql<{ n: number }[]>`
        SELECT n::int FROM unnest(${events.map(({ source }) => source)}::text[], ${events.map(({ id }) => id)}::text[]) WITH ORDINALITY AS event (source, id, n)
        WHERE NOT EXISTS (SELECT FROM ${inbox()} AS seen WHERE seen.source = event.source AND seen.id = event.id) ORDER BY n`;
      return rows.flatMap(({ n }) => events[n - 1] ?? []);
    },
    used: async () => (await sql`SELECT source FROM ${inbox()} LIMIT 1`).length > 0,
  };
}

function byRoute(url: string, host: string): Inbox {
  const ask = async <E extends EventKey>(events: readonly E[]): Promise<E[]> => {
    const body = JSON.stringify(events.map(({ source, id }) => ({ source, id })));
    const headers = { host, 'content-type': inboxQuestion, accept: 'application/json' };
    const response = await exchange(url, { method: 'POST', headers, body, repeatable: true });
    if (response.status !== 200) throw new Error(`${host} does not say what it has: it answered ${response.status}`);
    const lacking = JSON.parse(response.body.toString()) as number[];
    return lacking.flatMap((i) => events[i] ?? []);
  };
  return {
    async lacking(events) {
      const pieces = Array.from({ length: Math.ceil(events.length / perQuestion) }, (_, i) =>
        events.slice(i * perQuestion, (i + 1) * perQuestion),
      );
      const lacking = [];
      for (const piece of pieces) lacking.push(...(await ask(piece)));
      return lacking;
    },
    used: async () => true,
  };
}

import { type DataOf, dataschema, type EventContract } from '@dormouse/events/contract';
import { jsonData, type StoredEvent } from './cloudevent.ts';
import type { SignEvent } from './event-signer.ts';
import { uuidv7 } from './ids.ts';
import { type Logger, silentLog } from './log.ts';
import { httpSend, type Send } from './send.ts';
import { type SentRow, sender } from './sender.ts';
import type { Sql, Tx } from './sql-types.ts';
import { currentTrace, formatTraceparent, type TraceContext } from './trace.ts';

/** An event that was not yet written: what a transaction emits. */
interface Draft<C extends EventContract = EventContract> {
  contract: C;
  /** The aggregate: `post/42`. */
  subject: string;
  data: DataOf<C>;
  afterMs: number;
  within: TraceContext | undefined;
}

export interface EmitOptions {
  /** Milliseconds after which it is due: its time, from which on the relay sends it. */
  afterMs?: number;
  /** Trace that it belongs to; the running one unless said. */
  within?: TraceContext | undefined;
}

/** Announces an event of the running transaction. Nothing is written until the work has ended. */
export type Emit = <C extends EventContract>(
  contract: C,
  subject: string,
  data: DataOf<C>,
  options?: EmitOptions,
) => void;

export interface Outbox {
  /** Runs `work` in one transaction; its events are stored with its effect, or neither is. Events leave right after the commit. */
  transaction<T>(work: (tx: Tx, emit: Emit) => Promise<T>): Promise<T>;
  /** Resolves when nothing is being sent and every row that the Broker has taken is marked. */
  drained(): Promise<void>;
}

export interface OutboxOptions {
  sql: Sql;
  /** CloudEvents source of this function where a contract names none. */
  source: string;
  /** The Broker (K_SINK); without it events stay in the table. */
  sink?: string | undefined;
  /** Where the token for the Broker lies, if it wants one. */
  tokenFile?: string | undefined;
  send?: Send | undefined;
  /** Signs events before they are stored; without it they are not signed. */
  sign?: SignEvent | undefined;
  now?: () => number;
  log?: Logger;
}

/**
 * The transactional outbox. Rows are written in the transaction that they tell of and, once it is committed, sent to the
 * Broker by this process, in order per subject, and marked as sent in batches. What cannot be sent stays for the relay; so does what was
 * sent, until the archive has it: the Broker's word is not the last copy's end.
 */
export function outbox(options: OutboxOptions): Outbox {
  const { sql, now = Date.now, log = silentLog } = options;
  const send = options.send ?? (options.sink ? httpSend(options.sink, { tokenFile: options.tokenFile }) : undefined);
  const sending = send ? sender({ sql, send, log }) : undefined;
  return {
    async transaction(work) {
      const drafts: Draft[] = [];
      let events: StoredEvent[] = [];
      let written: Promise<Written[]> | undefined;
      const result = await sql.begin(async (tx) => {
        const result = await work(
          tx,
          (contract, subject, data, { afterMs = 0, within } = {}) =>
            void drafts.push({ contract, subject, data, afterMs, within }),
        );
        if (drafts.length > 0) {
          events = drafts.map((draft) => stored(draft, options, now() + draft.afterMs));
          // Not awaited: COMMIT follows in the same packet, and does nothing if the insert failed.
          written = insert(tx, events);
          written.catch(() => {});
        }
        return result;
      });
      // What is due later is left to the relay, which takes no event before its time.
      if (written) sending?.committed(pair(events, await written).filter((_, i) => drafts[i]?.afterMs === 0));
      return result as Awaited<typeof result> & Awaited<ReturnType<typeof work>>;
    },
    drained: async () => sending?.drained(),
  };
}

interface Written {
  position: string;
  older: string[];
}

function stored({ contract, subject, data, within }: Draft, { source, sign }: OutboxOptions, now: number): StoredEvent {
  const trace = within ?? currentTrace();
  const event = {
    id: uuidv7(now),
    type: contract.type,
    source: contract.source || source,
    subject,
    time: new Date(now).toISOString(),
    data: JSON.stringify(data),
  };
  return {
    ...event,
    dssematerial: sign?.({ ...event, datacontenttype: jsonData, dataschema: dataschema(event.type) }) ?? null,
    traceparent: trace ? formatTraceparent(trace) : null,
    tracestate: trace?.traceState?.serialize() ?? null,
  };
}

/**
 * One statement for any number of events. `older` are unsent rows of the same subject that were there before: the row lock on the
 * aggregate makes writers of one subject take turns, so an older event of it is always visible here.
 */
function insert(tx: Tx, events: StoredEvent[]): Promise<Written[]> {
  const rows = `[${events.map(({ data, ...event }) => `${JSON.stringify(event).slice(0, -1)},"data":${data}}`).join(',')}]`;
  return tx<Written[]>`
    INSERT INTO outbox (id, type, source, subject, time, data, traceparent, tracestate, dssematerial)
    SELECT id, type, source, subject, time, data, traceparent, tracestate, dssematerial
    FROM json_to_recordset((${rows}::text)::json) AS event (id uuid, type text, source text, subject text, time timestamptz, data json, traceparent text, tracestate text, dssematerial text)
    RETURNING position, outbox_unsent(subject) AS older`.execute();
}

const pair = (events: StoredEvent[], written: Written[]): SentRow[] =>
  events.map((event, i) => ({
    ...event,
    position: (written[i] as Written).position,
    older: (written[i] as Written).older,
  }));

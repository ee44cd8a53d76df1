import type { LogLine } from '../logs.ts';
import type { Telemetry } from '../telemetry.ts';
import type { SpanRecord } from '../traces.ts';
import type { Signal } from './otlp-format.ts';
import { resourceLogs, resourceSpans } from './otlp-write.ts';

export interface ForwardOptions {
  /** Base address of an OTLP/HTTP receiver; `/v1/traces` and so on are appended. */
  url: string;
  telemetry: Telemetry;
  /** Called when the collector is unreachable, and when it is back. */
  say: (line: string) => void;
  /** Maximum size of the queue; when it is full the oldest telemetry is dropped. */
  maxBytes?: number;
  everyMs?: number;
}

export interface Forward {
  /** Takes a request of a program, in the shape of OTLP's JSON. */
  received(signal: Signal, message: unknown): void;
  /** Sends the queue, for at most two seconds. */
  close(): Promise<void>;
}

const lists: Readonly<Record<Signal, string>> = {
  traces: 'resourceSpans',
  logs: 'resourceLogs',
  metrics: 'resourceMetrics',
};
const signals = Object.keys(lists) as Signal[];
const maxRequestBytes = 1024 * 1024;
const responseTimeoutMs = 5_000;
const maxPauseMs = 30_000;
const closeMs = 2_000;

/**
 * Forwards telemetry to a collector in batches: what programs sent here, the platform's own spans, and log lines. Nothing waits for it;
 * what the collector does not accept is queued within bounds and retried.
 */
export function forward({ url, telemetry, say, maxBytes = 8 * 1024 * 1024, everyMs = 1_000 }: ForwardOptions): Forward {
  const base = url.replace(/\/+$/, '');
  /** Members of a request's list, serialized on arrival: so each is measured, and serialized once. */
  const queue: Record<Signal, string[]> = { traces: [], logs: [], metrics: [] };
  let own: { spans: SpanRecord[]; lines: LogLine[] } = { spans: [], lines: [] };
  let waiting = 0;
  let lost = 0;
  let pauseMs = 0;
  let notBefore = 0;
  let sending: Promise<void> | undefined;

  const put = (signal: Signal, resources: readonly unknown[]) => {
    const members = JSON.stringify(resources).slice(1, -1);
    queue[signal].push(members);
    waiting += members.length;
    while (waiting > maxBytes) dropOldest();
  };
  const dropOldest = () => {
    const longestQueue = signals.reduce((a, b) => (queue[a].length >= queue[b].length ? a : b));
    waiting -= queue[longestQueue].shift()?.length ?? waiting;
    lost++;
  };
  telemetry.listen({
    span: (span, maker) => void (maker === 'platform' && own.spans.push(span)),
    log: (line, maker) => void (maker === 'platform' && own.lines.push(line)),
  });
  const gather = () => {
    const { spans, lines } = own;
    own = { spans: [], lines: [] };
    for (let i = 0; i < spans.length; i += 500) put('traces', resourceSpans(spans.slice(i, i + 500)));
    for (let i = 0; i < lines.length; i += 500) put('logs', resourceLogs(lines.slice(i, i + 500)));
  };

  const flush = async () => {
    for (const signal of signals)
      while (queue[signal].length > 0) {
        const batch = takeBatch(queue[signal]);
        const outcome = await post(`${base}/v1/${signal}`, `{"${lists[signal]}":[${batch.join(',')}]}`);
        if (outcome === 'later') {
          queue[signal].unshift(...batch);
          return away();
        }
        waiting -= batch.reduce((sum, each) => sum + each.length, 0);
        if (outcome === 'never') lost += batch.length;
        back();
      }
  };
  const away = () => {
    if (pauseMs === 0) say(`the collector at ${base} does not take telemetry; it is kept for a while and sent again`);
    pauseMs = Math.min(maxPauseMs, pauseMs * 2 || 1_000);
    notBefore = Date.now() + pauseMs;
  };
  const back = () => {
    if (pauseMs === 0) return;
    say(`the collector at ${base} takes telemetry again${lost > 0 ? `; ${lost} requests were lost` : ''}`);
    [pauseMs, notBefore, lost] = [0, 0, 0];
  };
  const turn = (): Promise<void> => {
    gather();
    if (sending || Date.now() < notBefore) return sending ?? Promise.resolve();
    sending = flush().finally(() => {
      sending = undefined;
    });
    return sending;
  };
  const timer = setInterval(() => void turn(), everyMs).unref();

  return {
    received(signal, message) {
      const resources = (message as Record<string, unknown>)[lists[signal]];
      if (Array.isArray(resources) && resources.length > 0) put(signal, resources);
    },
    async close() {
      clearInterval(timer);
      const all = async () => {
        await sending;
        notBefore = 0;
        await turn();
      };
      await Promise.race([all(), new Promise((resolve) => setTimeout(resolve, closeMs).unref())]);
    },
  };
}

/** The first members that fit into a request, at least one. */
function takeBatch(queue: string[]): string[] {
  let [bytes, n] = [0, 0];
  for (const each of queue) {
    bytes += each.length;
    if (n > 0 && bytes > maxRequestBytes) break;
    n++;
  }
  return queue.splice(0, n);
}

/** `later`: the collector is unreachable or busy (429, 5xx); `never`: it rejects this request. */
async function post(url: string, body: string): Promise<'taken' | 'later' | 'never'> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(responseTimeoutMs),
    });
    await response.body?.cancel();
    if (response.ok) return 'taken';
    return response.status === 429 || response.status >= 500 ? 'later' : 'never';
  } catch {
    return 'later';
  }
}

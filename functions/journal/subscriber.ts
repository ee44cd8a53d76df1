import { setTimeout as sleep } from 'node:timers/promises';
import { attributeHeader } from '@dormouse/runtime/cloudevent';
import { exchange } from '@dormouse/runtime/http';
import { redelivery } from '@dormouse/runtime/receive';
import { traceHeaders } from '@dormouse/runtime/trace';
import type { AnyEvent } from './any-event.ts';
import { causeOf } from './dead-letter.ts';

/** Result of sending an event to a subscriber. */
export interface Delivery {
  ok: boolean;
  /** The last answer's; undefined when there was none. */
  status: number | undefined;
  error: string | undefined;
}

/** Sends an event to a subscriber's address as its Trigger would, in the running trace. Never rejects. @param until no try begins after it (milliseconds since 1970) */
export type Deliver = (address: string, event: AnyEvent, until: number) => Promise<Delivery>;

export interface SubscriberOptions {
  /** Address of knative-local-gateway, which finds a Service by Host. */
  gateway: string;
  /** Tries in all, for answers after which a Broker would try again. */
  tries?: number;
  /** Pause before the second try, in milliseconds; each further one is four times as long. */
  pauseMs?: number;
  /** Until an answer is there, for each try. */
  timeoutMs?: number;
  now?: () => number;
}

/** Sends in binary mode through the cluster's own gateway; nothing outside of the cluster is ever sent to. */
export function subscribers({
  gateway,
  tries = 3,
  pauseMs = 200,
  timeoutMs = 10_000,
  now = Date.now,
}: SubscriberOptions): Deliver {
  return async (address, event, until) => {
    const { host, path } = serviceUrl(address) ?? {};
    if (!host) return { ok: false, status: undefined, error: `${address} is not inside of the cluster` };
    const headers = { ...binaryHeaders(event), ...traceHeaders(), [redelivery]: 'true', host };
    for (let made = 1, pause = pauseMs; ; made++, pause *= 4) {
      const outcome = await post(`${gateway}${path}`, headers, event.data ?? Buffer.alloc(0), timeoutMs);
      if (outcome.ok || !isRetryable(outcome.status) || made >= tries || now() + pause > until) return outcome;
      await sleep(pause);
    }
  };
}

/** The Service's name and the path; undefined for other URLs than `http://….svc.cluster.local`. */
export function serviceUrl(address: string): { host: string; path: string } | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, hostname, port, pathname, search } = new URL(address);
  return protocol === 'http:' && port === '' && /^[a-z0-9.-]+\.svc\.cluster\.local$/.test(hostname)
    ? { host: hostname, path: pathname + search }
    : undefined;
}

async function post(url: string, headers: Record<string, string>, body: Buffer, timeoutMs: number): Promise<Delivery> {
  try {
    const { status, body: said } = await exchange(url, { method: 'POST', headers, body, timeoutMs, repeatable: true });
    if (status >= 200 && status <= 299) return { ok: true, status, error: undefined };
    return { ok: false, status, error: causeOf(status, said.toString('utf8', 0, 1024).replaceAll('\u0000', '\ufffd')) };
  } catch (error) {
    return {
      ok: false,
      status: undefined,
      error: (error as Error).message || String((error as { code?: string }).code),
    };
  }
}

/** After these a Broker tries again (Knative's data-plane contract): no answer, 5xx, 404, 408, 409, 429. */
export const isRetryable = (status: number | undefined): boolean =>
  status === undefined || status >= 500 || [404, 408, 409, 429].includes(status);

function binaryHeaders({ attributes }: AnyEvent): Record<string, string> {
  const { datacontenttype, ...others } = attributes;
  const headers = Object.fromEntries(
    Object.entries(others).map(([name, value]) => [`ce-${name}`, attributeHeader(name, value)]),
  );
  return datacontenttype ? { ...headers, 'content-type': datacontenttype } : headers;
}

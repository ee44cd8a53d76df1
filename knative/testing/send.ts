import { randomUUID } from 'node:crypto';

/** An event as a test writes it; what is left out is filled in. Any other member is an extension attribute. */
export interface SentEvent {
  type: string;
  /** Default: `/test`. */
  source?: string;
  /** Default: a new UUID. */
  id?: string;
  subject?: string;
  /** RFC 3339. */
  time?: string;
  data?: unknown;
}

export interface SendOptions {
  /** W3C trace context of the request that brings the event. */
  traceparent?: string;
}

/** Sends events in structured mode. */
export function sending(url: string, newId: () => string = randomUUID) {
  return async function send<E extends SentEvent>(event: E, { traceparent }: SendOptions = {}): Promise<string> {
    const whole = { specversion: '1.0', source: '/test', ...event, id: event.id ?? newId() };
    const headers = { 'content-type': 'application/cloudevents+json', ...(traceparent && { traceparent }) };
    const sinkResponse = await fetch(url, { method: 'POST', headers, body: JSON.stringify(whole) });
    const text = await sinkResponse.text();
    if (sinkResponse.status !== 202) throw new Error(`the broker answered ${sinkResponse.status}: ${text}`);
    return whole.id;
  };
}

import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { type Call, type Receiver, receiver } from './receiver.ts';
import { type Message, type Sent, send } from './send.ts';
import type { Internals, Target, TriggerSpec } from './target.ts';

/** What a check works with; everything it makes is removed after it. */
export interface Tools {
  target: Target;
  /** A type of event that this check alone uses: what its consumers get unless they filter themselves. */
  type: string;
  /** A consumer with a Trigger of its own. */
  consumer(options?: { spec?: TriggerSpec; respond?: Receiver['respond'] }): Promise<Receiver>;
  /** Another Trigger for a consumer that is there. */
  subscribe(url: string, spec?: TriggerSpec): Promise<void>;
  /** Attributes of an event of this check. */
  event(more?: Readonly<Record<string, string>>): Record<string, string>;
  /** Sends an event in binary mode. */
  send(attributes?: Readonly<Record<string, string>>, message?: Message): Promise<Sent>;
  /** Sends an event in structured mode; `undefined` members are left out. */
  structured(members?: Readonly<Record<string, unknown>>, contentType?: string): Promise<Sent>;
  post(message: Message): Promise<Sent>;
  /** The first `count` calls, as soon as they are there. */
  arrived(consumer: Receiver, count?: number): Promise<Call[]>;
  until(holds: () => boolean, what: string): Promise<void>;
  /** The broker's inside; a broker elsewhere has none, and the check is not run. */
  internals(): Internals;
}

/** Most real milliseconds that anything is waited for. */
const timeoutMs = 30_000;

/** Attributes as headers of the binary mode. */
export const asHeaders = (attributes: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]));

/** Tools for one check, and how what they made is removed. */
export function toolsFor(target: Target, skip: (reason: string) => never): { tools: Tools; clean(): Promise<void> } {
  const type = `dev.dormouse.conformance.${randomUUID()}`;
  const ends: (() => void | Promise<void>)[] = [];
  const tools: Tools = {
    target,
    type,
    async consumer({ spec, respond } = {}) {
      if (!target.subscribe) skip('needs Triggers: set KUBECONFIG');
      const made = await receiver(target.sinkHost, target.now, respond);
      ends.push(made.close);
      await tools.subscribe(made.url, spec);
      return made;
    },
    async subscribe(url, spec = {}) {
      const filtered = spec.filter || spec.filters ? spec : { ...spec, filters: [{ exact: { type } }] };
      ends.unshift(await target.subscribe!(url, filtered));
    },
    event: (more = {}) => ({ specversion: '1.0', id: randomUUID(), source: '/conformance', type, ...more }),
    send: (attributes = {}, { headers, ...message } = {}) =>
      tools.post({
        body: '{}',
        ...message,
        headers: { 'content-type': 'application/json', ...asHeaders(tools.event(attributes)), ...headers },
      }),
    structured: (members = {}, contentType = 'application/cloudevents+json') =>
      tools.post({ headers: { 'content-type': contentType }, body: JSON.stringify({ ...tools.event(), ...members }) }),
    post: (message) => send(target.ingress, message),
    async arrived(consumer, count = 1) {
      await tools.until(
        () => consumer.calls.length >= count,
        `${count} deliveries: there are ${consumer.calls.length}`,
      );
      return consumer.calls.slice(0, count);
    },
    async until(holds, what) {
      for (const end = performance.now() + timeoutMs; !holds(); await target.pass()) {
        if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
      }
    },
    internals: () => target.internals ?? skip('needs the inside of a broker'),
  };
  return {
    tools,
    async clean() {
      for (const end of ends) await end();
    },
  };
}

/** How one clause is checked: resolves when it holds. */
export type Check = (tools: Tools) => Promise<void>;

/** Asserts that an event was accepted. */
export const accepted = ({ status, body }: Sent) => expect(status, body).toBe(202);

/** Asserts that an event was refused for what it is. */
export function rejected({ status }: Sent): void {
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
}

/** Milliseconds between one call and the next. */
export const gaps = (calls: readonly Call[]) => calls.slice(1).map(({ atMs }, i) => atMs - calls[i]!.atMs);

/** Attributes of a binary-mode call, decoded. */
export const attributesOf = ({ headers }: { headers: Call['headers'] }) =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith('ce-') ? [[name.slice(3), decodeURIComponent(String(value))]] : [],
    ),
  );

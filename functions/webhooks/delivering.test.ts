import { RetryEvent } from '@dormouse/runtime/receive';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import type { DueDelivery, Verdict } from './deliveries.ts';
import { attemptsAtOnce, deliverer } from './delivering.ts';
import type { Outcome } from './post-safely.ts';
import { newSecret } from './signature.ts';

const secrets = [newSecret(), newSecret()];
const due: DueDelivery = {
  id: 'one',
  subscription: 7,
  url: 'https://receiver.example/',
  body: '{"type":"webhook.test"}',
  secrets,
  createdAt: new Date(),
  first: true,
  withdrawn: false,
};

function world(
  found: DueDelivery | undefined,
  outcome: Outcome = { status: 204, durationMs: 1 },
  verdict: Verdict = 'done',
) {
  const calls: unknown[][] = [];
  const sent: [string, Record<string, string>, string][] = [];
  const deliver = deliverer({
    deliveries: {
      due: async () => found,
      note: async (id, run, { status, error }) => {
        calls.push(['note', id, run, status ?? error]);
        return verdict;
      },
      withdraw: async (id, run) => void calls.push(['withdraw', id, run]),
    },
    async post(url, headers, body) {
      sent.push([url, { ...headers }, body]);
      return outcome;
    },
    log: { info: () => {}, warn: () => {} },
  });
  return { deliver, calls, sent };
}

test('sends what is due, signed with both secrets, under an id that stays', async () => {
  const { deliver, calls, sent } = world(due);
  await deliver('one', 1);
  await deliver('one', 1);
  for (const [url, headers, body] of sent) {
    expect([url, headers['webhook-id'], headers['content-type']]).toEqual([due.url, 'msg_one', 'application/json']);
    for (const secret of secrets) expect(new Webhook(secret).verify(body, headers)).toEqual({ type: 'webhook.test' });
  }
  expect(calls).toEqual([
    ['note', 'one', 1, 204],
    ['note', 'one', 1, 204],
  ]);
});

test('leaves alone what is not due, and gives up what may not be told any more', async () => {
  const nothing = world(undefined);
  await nothing.deliver('one', 1);
  expect([nothing.sent, nothing.calls]).toEqual([[], []]);
  const hidden = world({ ...due, withdrawn: true });
  await hidden.deliver('one', 3);
  expect([hidden.sent, hidden.calls]).toEqual([[], [['withdraw', 'one', 3]]]);
});

test('has the Broker come again while the receiver does not take it', async () => {
  await expect(world(due, { status: 500, durationMs: 1 }, 'again').deliver('one', 1)).rejects.toThrow(
    new RetryEvent('the receiver answered 500'),
  );
  await expect(world(due, { error: 'ECONNREFUSED', durationMs: 1 }, 'again').deliver('one', 1)).rejects.toThrow(
    RetryEvent,
  );
  await world(due, { status: 410, durationMs: 1 }, 'disabled').deliver('one', 1);
});

test('makes some attempts of one webhook at a time, and all of others', async () => {
  const gates: (() => void)[] = [];
  const noted: string[] = [];
  const deliver = deliverer({
    deliveries: {
      due: async (id) => ({ ...due, id, subscription: id.startsWith('slow') ? 7 : 8 }),
      note: async (id) => {
        noted.push(id);
        return 'done';
      },
      withdraw: async () => {},
    },
    post: (_, headers) =>
      headers['webhook-id']?.startsWith('msg_slow')
        ? new Promise((resolve) => gates.push(() => resolve({ status: 204, durationMs: 1 })))
        : Promise.resolve({ status: 204, durationMs: 1 }),
    log: { info: () => {}, warn: () => {} },
  });
  const slow = Array.from({ length: attemptsAtOnce }, (_, n) => deliver(`slow-${n}`, 1));
  await expect.poll(() => gates.length).toBe(attemptsAtOnce);
  await expect(deliver('slow-more', 1)).rejects.toThrow(RetryEvent);
  await deliver('quick', 1);
  expect(noted).toEqual(['quick']);
  for (const open of gates.splice(0)) open();
  await Promise.all(slow);
  const again = deliver('slow-more', 1);
  await expect.poll(() => gates.length).toBe(1);
  gates[0]?.();
  await again;
  expect(noted.at(-1)).toBe('slow-more');
});

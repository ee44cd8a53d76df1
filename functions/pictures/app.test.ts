import { readExamples } from '@dormouse/events/examples';
import { fail } from '@dormouse/runtime/errors';
import type { Logger } from '@dormouse/runtime/log';
import { expect, test } from 'vitest';
import { createApp } from './app.ts';
import { type Encode, NoEncoder, Undecodable } from './encoded.ts';
import type { Outcome } from './media.ts';

const { event } = readExamples().find((example) => example.event.type === 'dev.dormouse.media.uploaded.v1')!;
const facts = { width: 1000, height: 500, color: '#123456', animated: false };
const variants = ['1280.jpg', '640.jpg'].map((name) => ({ name, bytes: Buffer.from(name) }));

function appOver({ encode = async () => ({ ...facts, variants }), wanted = 99 }: { encode?: Encode; wanted?: number }) {
  const stored: string[] = [];
  const outcomes: Outcome[] = [];
  const app = createApp({
    encode,
    log: { info: () => {} } as unknown as Logger,
    media: {
      original: async () => (wanted > 0 ? Buffer.from('original') : undefined),
      addVariant: async (_, name) => stored.push(name) <= wanted,
      finish: async (_, outcome) => void outcomes.push(outcome),
    },
  });
  const deliver = () =>
    app.request('/events', {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify(event),
    });
  return { deliver, stored, outcomes };
}

test('an upload is made, its variants stored in order, and told of at the end', async () => {
  const { deliver, stored, outcomes } = appOver({});
  expect((await deliver()).status).toBe(204);
  expect(stored).toEqual(['1280.jpg', '640.jpg']);
  expect(outcomes).toEqual([{ state: 'ready', ...facts }]);
});

test('what nobody waits for is not made, nor told of', async () => {
  const encode = () => expect.unreachable();
  expect((await appOver({ wanted: 0, encode }).deliver()).status).toBe(204);
  const { deliver, outcomes } = appOver({ wanted: 1 });
  expect((await deliver()).status).toBe(204);
  expect(outcomes).toEqual([]);
});

test('what cannot be decoded is refused with its reason', async () => {
  const { deliver, outcomes } = appOver({ encode: async () => Promise.reject(new Undecodable('It is damaged.')) });
  expect((await deliver()).status).toBe(204);
  expect(outcomes).toEqual([{ state: 'refused', reason: 'It is damaged.' }]);
});

test('without an encoder the event is kept for operators, who read what is missing', async () => {
  const { deliver, outcomes } = appOver({ encode: async () => Promise.reject(new NoEncoder('sharp is missing.')) });
  const response = await deliver();
  expect(response.status).toBe(422);
  expect(await response.text()).toContain('sharp is missing.');
  expect(outcomes).toEqual([]);
});

test('while media does not answer, the Broker comes again', async () => {
  const { deliver } = appOver({ encode: async () => fail('unavailable', 'Not now.') });
  expect((await deliver()).status).toBe(503);
});

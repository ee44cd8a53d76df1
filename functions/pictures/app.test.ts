import { readExamples } from '@dormouse/events/examples';
import { fail } from '@dormouse/runtime/errors';
import type { Logger } from '@dormouse/runtime/log';
import { describe, expect, test } from 'vitest';
import { createApp } from './app.ts';
import type { DrawCard } from './draw-card.ts';
import { type Encode, NoEncoder, Undecodable } from './encoded.ts';
import type { Outcome } from './media.ts';

const exampleOf = (name: string) => readExamples().find(({ event }) => event.type === `dev.dormouse.${name}.v1`)!.event;
const event = exampleOf('media.uploaded');
const facts = { width: 1000, height: 500, color: '#123456', animated: false };
const variants = ['1280.jpg', '640.jpg'].map((name) => ({ name, bytes: Buffer.from(name) }));

interface Given {
  encode?: Encode;
  draw?: DrawCard;
  wanted?: number;
  knows?: (name: string) => boolean;
}

function appOver({
  encode = async () => ({ ...facts, variants }),
  draw = async ({ title, blog, accent }) => Buffer.from(`${title} ${blog} ${accent}`),
  wanted = 99,
  knows = () => true,
}: Given) {
  const stored: string[] = [];
  const warnings: unknown[] = [];
  const outcomes: Outcome[] = [];
  const app = createApp({
    encode,
    draw,
    log: { info: () => {}, warn: (fields: unknown) => void warnings.push(fields) } as unknown as Logger,
    media: {
      original: async () => (wanted > 0 ? Buffer.from('original') : undefined),
      addVariant: async (_, name) => stored.push(name) <= wanted && knows(name),
      finish: async (_, outcome) => void outcomes.push(outcome),
    },
  });
  const deliver = (sent: object = event) =>
    app.request('/events', {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify(sent),
    });
  return { app, deliver, stored, outcomes, warnings };
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

test('media that knows no faces yet gets what it knows', async () => {
  const encode = async () => ({ ...facts, variants: [{ name: '96.webp', bytes: Buffer.from('face') }, ...variants] });
  const { deliver, stored, outcomes } = appOver({ encode, knows: (name) => name !== '96.webp' });
  expect((await deliver()).status).toBe(204);
  expect([stored, outcomes.length]).toEqual([['96.webp', '1280.jpg', '640.jpg'], 1]);
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

describe('a card', () => {
  const card = { title: 'A title', blog: 'Late', accent: '#123456' };
  const ask = (app: ReturnType<typeof appOver>['app'], body: object) =>
    app.request('/events/cards', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  test('is drawn for whoever asks', async () => {
    const response = await ask(appOver({}).app, card);
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      200,
      'image/png',
      'A title Late #123456',
    ]);
  });

  test.each([{ accent: 'red' }, { title: 'a'.repeat(1001) }, { more: 1 }])('is 422 with %j', async (given) => {
    expect((await ask(appOver({}).app, { ...card, ...given })).status).toBe(422);
  });

  test('is 404 on a machine that cannot draw, which says why', async () => {
    const { app, warnings } = appOver({ draw: async () => Promise.reject(new NoEncoder('no Takumi')) });
    expect([(await ask(app, card)).status, warnings.length]).toEqual([404, 1]);
  });

  test('is 500 when drawing fails', async () => {
    const { app } = appOver({ draw: async () => Promise.reject(new Error('no')) });
    expect((await ask(app, card)).status).toBe(500);
  });
});

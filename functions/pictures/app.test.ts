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
}

function appOver({
  encode = async () => ({ ...facts, variants }),
  draw = async ({ title, blog, accent }) => Buffer.from(`${title} ${blog} ${accent}`),
  wanted = 99,
}: Given) {
  const stored: string[] = [];
  const cards: unknown[][] = [];
  const warnings: unknown[] = [];
  const outcomes: Outcome[] = [];
  const app = createApp({
    encode,
    draw,
    log: { info: () => {}, warn: (fields: unknown) => void warnings.push(fields) } as unknown as Logger,
    media: {
      original: async () => (wanted > 0 ? Buffer.from('original') : undefined),
      addVariant: async (_, name) => stored.push(name) <= wanted,
      finish: async (_, outcome) => void outcomes.push(outcome),
      blog: async () => ({ title: 'Late', accent: '#123456' }),
      keepCard: async (...given) => void cards.push(given),
      redrawn: async () => void cards.push(['redrawn']),
    },
  });
  const deliver = (sent: object = event) =>
    app.request('/events', {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify(sent),
    });
  return { deliver, stored, outcomes, cards, warnings };
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

describe('the card of a post', () => {
  type Told = ReturnType<typeof exampleOf> & { data: Record<string, unknown> };
  const told = (name: string, data: object = {}): Told => {
    const example = exampleOf(`post.${name}`) as Told;
    return { ...example, data: { ...example.data, id: 7, version: 3, status: 'published', title: 'A title', ...data } };
  };

  test('is drawn when a post is published or changed, and goes with it', async () => {
    const { deliver, cards } = appOver({});
    for (const name of ['published', 'updated', 'unpublished', 'deleted'])
      expect((await deliver(told(name))).status).toBe(204);
    expect(cards.map(([post, version, bytes]) => [post, version, bytes && String(bytes)])).toEqual([
      [7, 3, 'A title Late #123456'],
      [7, 3, 'A title Late #123456'],
      [7, 3, undefined],
      [7, 3, undefined],
    ]);
  });

  test('is none of a draft, and none where letters cannot be drawn', async () => {
    const { deliver, cards } = appOver({ draw: async () => undefined });
    expect((await deliver(told('updated', { status: 'draft' }))).status).toBe(204);
    expect(cards).toEqual([]);
    expect((await deliver(told('published'))).status).toBe(204);
    expect(cards).toEqual([[7, 3, undefined]]);
  });

  test('is missing on a machine that cannot draw, which says so once', async () => {
    const { deliver, cards, warnings } = appOver({ draw: async () => Promise.reject(new NoEncoder('no Takumi')) });
    for (let i = 0; i < 2; i++) expect((await deliver(told('published'))).status).toBe(204);
    expect([cards.length, warnings.length]).toEqual([0, 1]);
  });
});

test('cards with a name that the blog does not have any more are drawn again, and the next ones asked for', async () => {
  const { deliver, cards } = appOver({});
  expect((await deliver(exampleOf('media.outdated'))).status).toBe(204);
  expect(cards).toEqual([
    [42, 3, Buffer.from('Wake on request Late #123456')],
    [41, 1, Buffer.from('Sleeping well Late #123456')],
    ['redrawn'],
  ]);
});

test('a machine that cannot draw asks for no more', async () => {
  const draw = () => Promise.reject(new NoEncoder('no'));
  const { deliver, cards } = appOver({ draw });
  expect((await deliver(exampleOf('media.outdated'))).status).toBe(204);
  expect(cards).toEqual([]);
});

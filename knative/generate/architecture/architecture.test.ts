import { join } from 'node:path';
import { catalogue } from '@dormouse/events/catalogue';
import { describe, expect, test } from 'vitest';
import { type Architecture, readArchitecture } from './architecture.ts';
import { createDraw } from './draw.ts';
import { eventsPicture } from './events-picture.ts';
import { functionsPicture } from './functions-picture.ts';
import { architecturePage } from './page.ts';
import { routesPicture } from './routes-picture.ts';

const small: Architecture = {
  functions: [
    { name: 'naps', kind: 'Service', calls: ['beds'], stores: ['PostgreSQL'], emits: ['dev.dormouse.nap.begun.v1'] },
    { name: 'beds', kind: 'Service', calls: [], stores: [], emits: [] },
    { name: 'migrate', kind: 'Job', calls: [], stores: [], emits: [] },
  ],
  events: [{ type: 'dev.dormouse.nap.begun.v1', source: 'naps', emitted: 'When one begins.' }],
  triggers: [
    { name: 'beds-naps', target: 'beds', path: '/events', types: ['dev.dormouse.nap.begun.v1'], takesAll: false },
    { name: 'archive', target: 'beds', path: '/all', types: ['dev.dormouse.nap.begun.v1'], takesAll: true },
  ],
  routes: [
    { name: 'naps', path: '/naps*', methods: 'GET, HEAD', target: 'naps', timeoutMs: 20_000, retries: 2 },
    { name: 'naps', path: '/naps*', methods: 'any', target: 'naps', timeoutMs: 65_000, retries: 0 },
    { name: 'no', path: '^/(a|b)\\d$', methods: 'any', target: 404, timeoutMs: undefined, retries: 0 },
  ],
  ticks: [{ name: 'tick', schedule: '* * * * *', target: 'naps' }],
  deadLetters: { target: 'beds', path: '/dead-letters' },
};
const draw = await createDraw();
const edgesOf = ({ edges = [] }: { edges?: readonly { tail: string; head: string }[] }) =>
  edges.map(({ tail, head }) => `${tail} → ${head}`);

describe('what is read of this project', () => {
  const read = readArchitecture(join(import.meta.dirname, '../../..'), catalogue);

  test('says who asks whom, who emits what, and what each Trigger lets through', () => {
    expect(read.functions.find(({ name }) => name === 'web')).toEqual({
      name: 'web',
      kind: 'Service',
      calls: ['posts', 'categories', 'media', 'search', 'comments', 'webhooks', 'newsletter'],
      stores: ['PostgreSQL', 'Redis'],
      emits: [],
    });
    expect(read.triggers.find(({ name }) => name === 'posts-category-events')).toMatchObject({
      target: 'posts',
      path: '/events',
      types: ['dev.dormouse.category.updated.v1', 'dev.dormouse.category.deleted.v1'],
      takesAll: false,
    });
    expect(read.triggers.find(({ takesAll }) => takesAll)?.types).toHaveLength(catalogue.length);
    expect(read.deadLetters).toEqual({ target: 'journal', path: '/dead-letters' });
  });

  test('has routes in their order, with what the gateway answers itself', () => {
    expect(read.routes[0]).toMatchObject({ path: '/health', target: 200 });
    expect(read.routes.at(-1)).toMatchObject({ path: '/*', methods: 'any', target: 'web', retries: 0 });
    expect(read.routes.filter(({ target }) => target === 404)).toHaveLength(2);
  });
});

describe('a picture', () => {
  test('of functions has readers, calls, events, ticks and dead letters', () => {
    expect(edgesOf(functionsPicture(small) as never)).toEqual([
      'reader → gateway',
      'gateway → naps',
      'tick tick → naps',
      'naps → beds',
      'naps → Broker',
      'Broker → beds',
      'Broker → beds',
    ]);
  });

  test('of events leads from function to Trigger to function; one that takes all has no line for each', () => {
    expect(edgesOf(eventsPicture(small) as never)).toEqual([
      'from naps → dev.dormouse.nap.begun.v1',
      'dev.dormouse.nap.begun.v1 → trigger beds-naps',
      'trigger beds-naps → to beds',
      'trigger archive → to beds',
      'trigger archive → to beds',
    ]);
  });

  test('of routes has one line for reads and writes of a path', () => {
    expect(edgesOf(routesPicture(small) as never)).toEqual([
      'gateway → path /naps*',
      'path /naps* → to naps',
      'gateway → path ^/(a|b)\\d$',
      'path ^/(a|b)\\d$ → to 404',
    ]);
  });

  test('is the same each time, has both colour schemes, and shows text as it is', () => {
    const svg = draw(routesPicture(small));
    expect(svg).toBe(draw(routesPicture(small)));
    expect(svg).toMatch(/^<svg [^>]*>\n<style>:root\{--paper:#ffffff/);
    expect(svg).toContain('@media (prefers-color-scheme:dark)');
    expect(svg).toContain('>^/(a|b)\\d$</text>');
  });
});

test('the page has the same as tables, with the bars of expressions kept in their cells', () => {
  const page = architecturePage(small);
  expect(page).toContain('| `naps` | Service | `beds` | PostgreSQL | 1 |');
  expect(page).toContain('| `dev.dormouse.nap.begun.v1` | `naps` | When one begins. | `beds-naps`, `archive` |');
  expect(page).toContain('| `^/(a\\|b)\\d$` | any | 404, by the gateway |  |  |');
  expect(page).toContain('What cannot be delivered goes to `/dead-letters` of `beds`.');
});

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describedFunctions } from '@dormouse/openapi/functions';
import type { Hono } from 'hono';
import { describe, expect, test } from 'vitest';

const folder = join(import.meta.dirname, '../functions');
const described = await describedFunctions();

/** Stands in for whatever a factory is given: any member, call or iteration of it is as good as any other. */
const anything: never = new Proxy((() => {}) as never, {
  get: (_, key) =>
    key === Symbol.toPrimitive ? () => '0' : key === 'then' ? undefined : key === 'done' ? true : anything,
  apply: () => anything,
});

/** Addresses of the broker and of the kubelet, which no ingress leads to. */
const inside = ['/events', '/dead-letters', '/batches'];

async function routesOf(name: string): Promise<string[]> {
  const { createApp } = (await import(join(folder, name, 'app.ts'))) as { createApp(options: never): Hono };
  const routes = createApp(anything).routes.filter(({ method, path }) => method !== 'ALL' && !inside.includes(path));
  return [...new Set(routes.map(({ method, path }) => `${method} ${path}`))].sort();
}

describe('descriptions of APIs', () => {
  test.each(described)('$name describes what it answers, and answers what it describes', async ({ name, api }) => {
    const calls = Object.values(api).map(({ method, path }) => `${method} ${path}`);
    const routes = await routesOf(name);
    expect(calls.filter((call) => !routes.includes(call))).toEqual([]);
    // Pages are for people; the rest of web's addresses is described.
    if (name !== 'web') expect(routes.filter((route) => !calls.includes(route))).toEqual([]);
  });

  test('every function that clients reach has one', async () => {
    const names = readdirSync(folder).filter((name) => !name.startsWith('_'));
    const without = names.filter((name) => !described.some((each) => each.name === name));
    expect(without).toEqual(['migrate', 'relay']);
  });

  test('operations have names of their own', () => {
    const calls = described.flatMap(({ api }) => Object.values(api).map(({ method, path }) => `${method} ${path}`));
    expect(new Set(calls).size).toBe(calls.length);
  });

  test.each(described)('the examples of $name are what their schemas take', async ({ api }) => {
    const { is } = await import('valibot');
    const wrong = Object.entries(api).flatMap(([operation, route]) => [
      ...Object.entries(route.examples ?? {}).flatMap(([name, value]) =>
        route.body && is(route.body, value) ? [] : [`${operation}: request ${name}`],
      ),
      ...Object.entries(route.responses()).flatMap(([status, { body, example }]) =>
        !body || is(body, example) ? [] : [`${operation}: ${status}`],
      ),
    ]);
    expect(wrong).toEqual([]);
  });
});

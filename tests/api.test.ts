import { join } from 'node:path';
import { functionFolders, isInternal, routesOf as routesOfApp } from '@dormouse/cli/new/function-routes';
import { describedFunctions } from '@dormouse/openapi/functions';
import { describe, expect, test } from 'vitest';

const project = join(import.meta.dirname, '..');
const described = await describedFunctions();

async function routesOf(name: string): Promise<string[]> {
  const routes = (await routesOfApp(project, name)).filter(({ method, path }) => method !== 'ALL' && !isInternal(path));
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
    const without = functionFolders(project).filter((name) => !described.some((each) => each.name === name));
    expect(without).toEqual(expect.arrayContaining(['migrate', 'relay']));
    const answering = await Promise.all(without.map(async (name) => [name, await routesOf(name)] as const));
    // A PingSource asks the relay.
    expect(answering.filter(([, routes]) => routes.length > 0)).toEqual([['relay', ['POST /']]]);
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

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '@dormouse/events/catalogue';
import type { EventContract } from '@dormouse/events/contract';
import { render } from '@dormouse/manifests/kustomize/kustomize';
import { readLocalConfig } from '@dormouse/manifests/local-config';
import type { Filter, HttpRoute } from '@dormouse/manifests/model';
import { readPlatform } from '@dormouse/manifests/readers/read-platform';
import type { Hono } from 'hono';
import { describe, expect, test, vi } from 'vitest';
import { type Source, sourcesOf, workspacesOf } from './import-graph.ts';

const project = join(import.meta.dirname, '..');
const platform = readPlatform(render(join(project, 'knative/base')));
const localConfig = await readLocalConfig(join(project, 'knative/overlays/local'), project);
const functions = readdirSync(join(project, 'functions')).filter(
  (name) => !name.startsWith('_') && existsSync(join(project, 'functions', name, 'package.json')),
);
const services = platform.services.map(({ name }) => name);
const workspaces = workspacesOf(project);
const sourcesIn = (folder: string): Source[] => sourcesOf(project, [folder], workspaces);

describe('functions and manifests', () => {
  test('every function has a Service or a Job of its name, and the other way round', () => {
    expect([...services, ...platform.jobs.map(({ name }) => name)].sort()).toEqual([...functions].sort());
  });

  test.each([...platform.services, ...platform.jobs])('the image of $name is that function', ({ name, container }) => {
    expect(container.image).toBe(`dev.local/dormouse/${name}:dev`);
    expect(existsSync(join(project, 'functions', name, 'main.ts'))).toBe(true);
  });

  test('a function with a Secret for its database has migrations, and its role gets a password', () => {
    const job = platform.jobs.find(({ name }) => name === 'migrate')!;
    const prefixes = job.container.env.flatMap((source) =>
      source.kind === 'secret' && source.prefix ? [`${source.prefix} ${source.from}`] : [],
    );
    const owners = platform.services
      .filter(({ name, container }) =>
        container.env.some((source) => source.kind === 'secret' && source.from === `${name}-database`),
      )
      .map(({ name }) => name);
    expect(prefixes.sort()).toEqual(owners.map((name) => `${name.toUpperCase()}_ ${name}-database`).sort());
    expect(owners.filter((name) => !existsSync(join(project, 'functions', name, 'migrations')))).toEqual([]);
  });

  test('every Secret is one that the local platform is told how to make', () => {
    const sources = [...platform.services, ...platform.jobs].flatMap(({ container }) => [
      ...container.env,
      ...container.volumes.map(({ source }) => source),
    ]);
    const names = new Set(
      sources.flatMap((source) => (source.kind === 'secret' || source.kind === 'secretKey' ? [source.from] : [])),
    );
    expect([...names].filter((name) => !localConfig.secrets.has(name))).toEqual([]);
  });
});

/** Event types a filter lets through, when it names them. */
const typesOf = (filters: readonly Filter[]): string[] =>
  filters.flatMap((filter) => {
    if ('any' in filter) return typesOf(filter.any);
    if ('exact' in filter && filter.exact.type) return [filter.exact.type];
    throw new Error(`a Trigger of the base names its types exactly, not by ${JSON.stringify(filter)}`);
  });

const { bound } = vi.hoisted(() => ({ bound: [] as string[] }));

/** Every set of handlers that an app is built with is noted; what they do is not of interest here. */
vi.mock('@dormouse/runtime/receive', async (original) => {
  const module = await original<typeof import('@dormouse/runtime/receive')>();
  const receive: typeof module.receive = (options) => {
    bound.push(...options.handlers.map(({ contract }) => contract.type));
    return module.receive(options);
  };
  return { ...module, receive };
});

/** Stands in for whatever a factory is given: any member, call or iteration of it is as good as any other. */
const anything: never = new Proxy((() => {}) as never, {
  get: (_, key) =>
    key === Symbol.toPrimitive ? () => '0' : key === 'then' ? undefined : key === 'done' ? true : anything,
  apply: () => anything,
});

/** What a function's app is made of: the types of events that it handles, and its routes. */
async function appOf(name: string): Promise<{ consumed: string[]; routes: Hono['routes'] }> {
  const file = join(project, 'functions', name, 'app.ts');
  if (!existsSync(file)) return { consumed: [], routes: [] };
  const { createApp } = (await import(file)) as { createApp(options: never): Hono };
  bound.length = 0;
  const { routes } = createApp(anything);
  return { consumed: [...bound], routes };
}

/** Contracts by the names under which functions import them. */
async function contractsByName(): Promise<Map<string, EventContract>> {
  const modules = sourcesIn('events').find(({ path }) => path === 'events/catalogue.ts')!.imports;
  const exported = await Promise.all(
    modules.map(async (path) => Object.entries((await import(join(project, path))) as Record<string, unknown>)),
  );
  return new Map(
    exported.flat().filter((entry): entry is [string, EventContract] => catalogue.includes(entry[1] as EventContract)),
  );
}

describe('events and Triggers', () => {
  test.each(platform.triggers)('$name lets through only types of the catalogue', ({ filters }) => {
    const known = catalogue.map(({ type }) => type);
    expect(typesOf(filters).filter((type) => !known.includes(type))).toEqual([]);
  });

  test.each(platform.triggers)(
    '$name delivers to /events of a function, or its own events to /batches',
    ({ name, subscriber }) => {
      expect(subscriber).toMatchObject({
        kind: 'service',
        namespace: 'dormouse',
        path: name === 'journal-batches' ? '/batches' : '/events',
      });
    },
  );

  test.each(functions)('what %s handles is what its Triggers bring, each type once', async (name) => {
    const brought = platform.triggers
      .filter(({ subscriber }) => subscriber.kind === 'service' && subscriber.name === name)
      .flatMap(({ filters }) => typesOf(filters));
    const { consumed, routes } = await appOf(name);
    expect(brought.sort()).toEqual(consumed.sort());
    expect(routes.some(({ method, path }) => method === 'POST' && path === '/events')).toBe(consumed.length > 0);
  });

  test.each(functions)('%s emits the types whose source it is, and no others', async (name) => {
    const contracts = await contractsByName();
    const emitted = sourcesIn(`functions/${name}`)
      .filter(({ isTest }) => !isTest)
      .flatMap(({ text }) => [...text.matchAll(/\bemit\(([^,]+),/g)].flatMap(([, first]) => first!.match(/\w+/g) ?? []))
      .flatMap((word) => contracts.get(word)?.type ?? []);
    const own = catalogue.filter(({ source }) => source === `/${name}`).map(({ type }) => type);
    expect([...new Set(emitted)].sort()).toEqual(own.sort());
  });

  test('every type of the catalogue comes from a function', () => {
    expect(catalogue.filter(({ source }) => !functions.includes(source.slice(1)))).toEqual([]);
  });

  test('the archive alone takes every event', () => {
    expect(platform.triggers.filter(({ filters }) => filters.length === 0).map(({ name }) => name)).toEqual([
      'journal-archive',
    ]);
  });

  test('what cannot be delivered goes to the journal, which answers there', async () => {
    const sinks = [...platform.brokers, ...platform.triggers].flatMap(({ delivery }) => delivery.deadLetterSink ?? []);
    expect(sinks).toEqual([{ kind: 'service', name: 'journal', namespace: 'dormouse', path: '/dead-letters' }]);
    expect(
      (await appOf('journal')).routes.some(({ method, path }) => method === 'POST' && path === '/dead-letters'),
    ).toBe(true);
  });

  test('every type of the catalogue has an EventType', () => {
    const described = render(join(project, 'knative/base')).filter(({ manifest }) => manifest.kind === 'EventType');
    expect(described.map(({ manifest }) => (manifest.spec as { type: string }).type).sort()).toEqual(
      catalogue.map(({ type }) => type).sort(),
    );
  });

  test('the relay is woken each minute, by nothing else', () => {
    expect(platform.pingSources).toMatchObject([{ schedule: '* * * * *', sink: { kind: 'service', name: 'relay' } }]);
    expect(
      platform.triggers.filter(({ subscriber }) => subscriber.kind === 'service' && subscriber.name === 'relay'),
    ).toEqual([]);
  });
});

/** The first route of the ingress for a path, as Istio matches. */
function routed(path: string): HttpRoute | undefined {
  const matches = ({ kind, value }: { kind: string; value: string }) =>
    kind === 'exact'
      ? path === value
      : kind === 'prefix'
        ? path.startsWith(value)
        : new RegExp(`^(?:${value})$`).test(path);
  return platform.virtualHosts[0]!.routes.find(
    ({ match }) => match.length === 0 || match.some(({ uri }) => uri && matches(uri)),
  );
}

const destinationOf = (path: string) => {
  const action = routed(path)?.action;
  return action?.kind === 'route'
    ? action.destinations[0]!.service
    : action?.kind === 'direct'
      ? action.status
      : undefined;
};

/** Paths that a function answers, with a value for each parameter; those of the cluster only are left out. */
async function publicPaths(name: string): Promise<string[]> {
  const paths = (await appOf(name)).routes
    .map(({ path }) => path)
    .filter(
      (path) =>
        !path.includes('*') &&
        !['/events', '/dead-letters', '/batches', '/healthz', '/readyz', '/metrics'].includes(path),
    );
  return [...new Set(paths)].map((path) => path.replaceAll(/:(\w+)(\{.+?\})?\??/g, '1'));
}

describe('the ingress and what functions answer', () => {
  const routedServices = [
    ...new Set(
      platform.virtualHosts.flatMap(({ routes }) =>
        routes.flatMap(({ action }) =>
          action.kind === 'route' ? action.destinations.map(({ service }) => service) : [],
        ),
      ),
    ),
  ];

  test('who answers people is reached from outside; the relay is not', async () => {
    const without = services.filter((name) => !routedServices.includes(name));
    expect(without).toContain('relay');
    for (const name of without) expect(name === 'relay' ? [] : await publicPaths(name)).toEqual([]);
  });

  test.each(routedServices)('every path that %s answers leads there', async (name) => {
    const paths = await publicPaths(name);
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.filter((path) => destinationOf(path) !== name)).toEqual([]);
  });

  test.each([
    ['/', 'web'],
    ['/blog/', 'web'],
    ['/blog/posts/a-slug', 'web'],
    ['/blog/media/abc', 'web'],
    ['/blog/api/posts', 'posts'],
    ['/blog/api/posts/1', 'posts'],
    ['/blog/api/categories', 'categories'],
    ['/api/login', 'auth'],
    ['/verify', 'auth'],
    ['/api/journal/events', 'journal'],
    ['/api/journals', 'auth'],
    ['/.well-known/jwks.json', 'auth'],
    ['/health', 200],
    ['/events', 404],
    ['/events/', 404],
    ['/dead-letters', 404],
    ['/dead%2Dletters', 404],
    ['/batches', 404],
    ['/healthz', 404],
    ['/readyz', 404],
    ['/metrics', 404],
    ['/%65vents', 404],
    ['/event%73', 404],
    ['/%68ealthz', 404],
    ['/blog/posts/caf%C3%A9', 'web'],
    ['/blog/posts/a%20b%2Fc', 'web'],
  ])('%s leads to %s', (path, expected) => {
    expect(destinationOf(path)).toBe(expected);
  });

  test("every function learns the client's address, and where it asked, from the ingress, whatever the client sent", () => {
    for (const { action, requestHeaders } of platform.virtualHosts.flatMap(({ routes }) => routes)) {
      if (action.kind !== 'route') continue;
      expect(requestHeaders.set).toEqual({
        'x-client-address': '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
        'x-client-origin': '%REQ(X-FORWARDED-PROTO)%://%REQ(:AUTHORITY)%',
      });
    }
  });
});

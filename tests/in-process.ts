import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { render } from '@dormouse/manifests/kustomize/kustomize';
import { readPlatform } from '@dormouse/manifests/readers/read-platform';
import { setPublicUrl } from '@dormouse/runtime/address';
import { readConfig } from '@dormouse/runtime/config';
import { type App, listener } from '@dormouse/runtime/listener';
import { silentLog } from '@dormouse/runtime/log';
import { openRuntime, type Runtime } from '@dormouse/runtime/runtime';
import { vi } from 'vitest';
import { publishedEventKeys, signingKeysOf } from './event-keys.ts';

/** A function in this process, behind HTTP and with all that the runtime puts around it. */
export interface FunctionInProcess {
  name: string;
  /** `http://127.0.0.1:PORT`. */
  origin: string;
  /** Resolves when its outbox is at rest. */
  drained(): Promise<void>;
  close(): Promise<void>;
}

export interface InProcessOptions {
  /** Connection string of its role; a function without a database needs none. */
  databaseUrl?: string;
  /** The Broker (`K_SINK`). */
  sink?: string;
  /** Where it is served; a free one unless said. */
  port?: number;
  /** Further variables, in the place of addresses that lead nowhere. */
  variables?: Readonly<Record<string, string>>;
}

type Build = (runtime: Runtime) => App | Promise<App>;

/** Serves an app that is made of a runtime. */
export async function serveInProcess(
  name: string,
  build: Build,
  { databaseUrl, sink, port = 0, variables = {} }: InProcessOptions = {},
): Promise<FunctionInProcess> {
  const elsewhere = 'http://127.0.0.1:9';
  const config = readConfig({
    K_SERVICE: name,
    ...(databaseUrl && { DATABASE_URL: databaseUrl }),
    ...(sink && { K_SINK: sink }),
    JWKS_URL: `${elsewhere}/jwks.json`,
    EVENT_SIGNING_KEYS: signingKeysOf(`/${name}`),
    EVENT_KEYS: publishedEventKeys(),
    AUTH_URL: elsewhere,
    POSTS_URL: elsewhere,
    CATEGORIES_URL: elsewhere,
    MEDIA_URL: elsewhere,
    PICTURES_URL: elsewhere,
    SEARCH_URL: elsewhere,
    COMMENTS_URL: elsewhere,
    WEBHOOKS_URL: elsewhere,
    NEWSLETTER_URL: elsewhere,
    ...variables,
  });
  setPublicUrl(config.publicUrl);
  const { runtime, eventVerifier, loadDatabase, ready, close } = openRuntime(config, silentLog);
  if (databaseUrl) await loadDatabase();
  const server = createServer(
    { keepAliveTimeout: 65_000 },
    listener({ name, log: silentLog, app: Promise.resolve(await build(runtime)), ready, eventVerifier }),
  );
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    name,
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    drained: async () => {
      if (databaseUrl) await runtime.outbox.drained();
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await close();
    },
  };
}

export interface OpenOptions extends InProcessOptions {
  /** Its main.ts, where that is not a function's of this project. */
  main?: string;
}

/** Variables that a function's manifest and its ConfigMaps give it; addresses among them lead nowhere here. */
function variablesOf(name: string): Record<string, string> {
  const { services, configMaps } = readPlatform(render(join(import.meta.dirname, '../knative/base')));
  const given = services.find((service) => service.name === name)?.container.env ?? [];
  const variables = given.flatMap((source) => {
    if (source.kind === 'value') return [[source.name, source.value]];
    return source.kind === 'configMap' ? Object.entries(configMaps.get(`dormouse/${source.from}`) ?? {}) : [];
  });
  return Object.fromEntries(variables) as Record<string, string>;
}

/** What main.ts of a function builds its app with; a module is run once. */
const builds = new Map<string, Build>();

/** Serves a function of this project exactly as its main.ts builds it. */
export async function openFunction(
  name: string,
  { main = `../functions/${name}/main.ts`, ...options }: OpenOptions = {},
): Promise<FunctionInProcess> {
  vi.doMock('@dormouse/runtime/serve', () => ({
    serve: async (of: string, build: Build) => void builds.set(of, build),
  }));
  for (const [variable, value] of Object.entries({ ...variablesOf(name), ...options.variables }))
    vi.stubEnv(variable, value);
  await import(main);
  return await serveInProcess(name, builds.get(name) as Build, options);
}

import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { route } from '@dormouse/local/platform.fixture';
import type { HttpRoute } from '@dormouse/manifests/model';
import { Telemetry } from '@dormouse/telemetry/telemetry';
import { request } from 'undici';
import { createIngress } from '../ingress/ingress.ts';
import { Activator } from '../proxy/activator.ts';
import type { ServingEndpoint, Target } from '../proxy/exchange.ts';
import { createInstanceConnections } from '../proxy/instance-connections.ts';
import { listen } from '../proxy/listener.ts';
import { SharedCache } from './shared-cache.ts';

export interface CachedAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export interface CachedIngress extends AsyncDisposable {
  url: string;
  cache: SharedCache;
  telemetry: Telemetry;
  /** What the function was asked, oldest first. */
  asked: IncomingMessage[];
  get(path: string, headers?: Record<string, string>, method?: string): Promise<CachedAnswer>;
}

const everything = [route('/', 'app')];

/** An ingress with a cache before a function that is always there, on `127.0.0.1`. */
export async function cachedIngress(
  respond: RequestListener,
  { maxBytes = 1_000_000, routes = everything }: { maxBytes?: number; routes?: HttpRoute[] } = {},
): Promise<CachedIngress> {
  const asked: IncomingMessage[] = [];
  const app = createServer((request, response) => {
    asked.push(request);
    respond(request, response);
  });
  await new Promise<void>((done) => app.listen(0, '127.0.0.1', done));
  const port = (app.address() as AddressInfo).port;
  const cache = new SharedCache(maxBytes);
  const telemetry = new Telemetry();
  const virtualHosts = [{ name: 'all', hosts: ['*'], routes, origin: { file: 'x', line: 1 } }];
  const target = (name: string) => targetOf(name, port);
  const listener = await listen(createIngress({ virtualHosts, target, telemetry, cache }), { port: 0 });
  const url = `http://127.0.0.1:${listener.port}`;
  return {
    ...{ url, cache, telemetry, asked },
    async get(path, headers = {}, method = 'GET') {
      const answer = await request(url + path, { headers, method: method as 'GET' });
      return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() };
    },
    async [Symbol.asyncDispose]() {
      await listener.close(0);
      app.closeAllConnections();
      await new Promise((done) => app.close(done));
    },
  };
}

const targets = new Map<string, Target>();

/** A Service with one instance. */
function targetOf(name: string, port: number): Target {
  const known = targets.get(`${name} ${port}`);
  if (known) return known;
  const activator = new Activator<ServingEndpoint>({ concurrency: 0, wake: () => undefined });
  activator.add({
    ...{ inFlight: 0, name: `${name}-00001-1`, activator, markSuspect: () => {} },
    connections: createInstanceConnections(port),
  });
  const made = {
    ...{ name, activator, authority: `${name}.test.svc.cluster.local` },
    ...{ timeoutMs: 10_000, responseStartTimeoutMs: 10_000 },
  };
  targets.set(`${name} ${port}`, made);
  return made;
}

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Brokers, openBrokers } from '@dormouse/eventing/broker';
import { maxHeadBytes } from '@dormouse/eventing/broker-ingress';
import { type MemoryStore, memoryStore } from '@dormouse/eventing/log/memory-store';
import type { Trigger } from '@dormouse/manifests/model';
import { readPlatform } from '@dormouse/manifests/readers/read-platform';
import type { Rendered } from '@dormouse/manifests/yaml/origin';
import type { Upstream } from '@dormouse/serving/proxy/upstream';
import { createUpstream } from '@dormouse/serving/proxy/upstream-client';
import { Telemetry } from '@dormouse/telemetry/telemetry';
import { virtualClock } from '@dormouse/time/virtual-clock';
import { brokerManifest, triggerManifest } from './manifests.ts';
import type { Target } from './target.ts';

const stepMs = 10;
/** Real time that an exchange under way is given before the broker's clock moves on without it. */
const timeoutMs = 100;

/** What a cluster has to enable for clauses on `retryAfterMax`. */
const features = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'config-features', namespace: 'knative-eventing' },
  data: { 'delivery-retryafter': 'enabled' },
};

/** This project's broker in this process: a store in memory, real HTTP, and time that passes only when told. */
export async function localTarget(): Promise<Target> {
  const clock = virtualClock();
  const stores = new Map<string, MemoryStore>();
  const triggers = new Map<string, Trigger>();
  const network = countingUpstream();
  const [broker] = readPlatform([
    rendered(brokerManifest({ retry: 1, backoffPolicy: 'linear', backoffDelay: 'PT1M' })),
  ]).brokers;
  const open = () =>
    openBrokers({
      folder: '/brokers',
      brokers: [broker!],
      triggers: [...triggers.values()],
      upstream: network.upstream(),
      telemetry: new Telemetry(),
      clock,
      stores(folder) {
        const store = stores.get(folder) ?? memoryStore();
        stores.set(folder, store);
        return store;
      },
    });
  let brokers: Brokers = await open();
  const server = await listen(
    createServer({ maxHeaderSize: maxHeadBytes }, (request, response) => brokers.handle(request, response)),
  );
  let made = 0;

  const settle = async () => {
    for (const until = performance.now() + timeoutMs; network.underWay() > 0 && performance.now() < until; )
      await sleep(1);
  };
  const target: Target = {
    ingress: `http://127.0.0.1:${(server.address() as AddressInfo).port}/conformance/default`,
    local: true,
    sinkHost: '127.0.0.1',
    now: clock.now,
    slackMs: 10 * stepMs,
    async subscribe(url, spec) {
      const name = `trigger-${++made}`;
      triggers.set(
        name,
        readPlatform([features, brokerManifest(), triggerManifest({ name, url, spec })].map(rendered)).triggers[0]!,
      );
      brokers.update([broker!], [...triggers.values()]);
      return async () => {
        triggers.delete(name);
        brokers.update([broker!], [...triggers.values()]);
      };
    },
    async pass() {
      await clock.advance(0);
      await settle();
      await clock.advance(stepMs);
    },
    async quiet() {
      for (let idle = 0, rounds = 0; idle < 3 && rounds < 300; rounds++) {
        await target.pass();
        idle = clock.waiting === 0 && network.underWay() === 0 ? idle + 1 : 0;
        if (clock.waiting > 0) await clock.advance(1_000);
      }
    },
    internals: {
      async withFullDisk(run) {
        const store = stores.get('/brokers/conformance/default')!;
        store.before = (operation, name) => {
          if (operation === 'write' && name.endsWith('.log'))
            throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
        };
        await run().finally(() => (store.before = () => {}));
      },
      async crash() {
        network.cut();
        for (const store of stores.values()) store.losePower();
        brokers = await open();
      },
      syncs: () => stores.get('/brokers/conformance/default')!.syncs,
      outcomes: (id) =>
        brokers
          .recent(1_000)
          .find((event) => event.id === id)
          ?.triggers.map(({ outcome }) => outcome) ?? [],
    },
    async close() {
      server.closeAllConnections();
      server.close();
      const closed = brokers.close();
      await clock.advance(10_000);
      await closed;
    },
  };
  return target;
}

/** The network, with a count of the exchanges under way; what was begun before a cut never ends. */
function countingUpstream() {
  const real = createUpstream({ target: () => undefined, addressOf: (url) => url, brokerOrigin: () => '' });
  let generation = 0;
  let underWay = 0;
  return {
    underWay: () => underWay,
    cut() {
      generation++;
      underWay = 0;
    },
    upstream(): Upstream {
      const mine = generation;
      return {
        async request(to, request) {
          if (mine !== generation) return new Promise(() => {});
          underWay++;
          try {
            return await real.request(to, request);
          } finally {
            if (mine === generation) underWay--;
          }
        },
      };
    },
  };
}

function rendered(manifest: Rendered['manifest']): Rendered {
  const origin = { file: 'conformance', line: 1 };
  return { manifest, origin, at: () => origin };
}

const listen = (server: Server) =>
  new Promise<Server>((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));

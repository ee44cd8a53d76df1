import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import type { BlockList } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { initKeys } from '@dormouse/auth/key-folder';
import { closeHttp, originOf, serveHttp } from '@dormouse/http/internal-http';
import { births } from '@dormouse/kubernetes-api/births';
import { kubernetesApi } from '@dormouse/kubernetes-api/kubernetes-api';
import { render } from '@dormouse/manifests/kustomize/kustomize';
import { readPlatform } from '@dormouse/manifests/readers/read-platform';
import { createIngress } from '@dormouse/serving/ingress/ingress';
import { localGateway } from '@dormouse/serving/ingress/local-gateway';
import { freePort } from '@dormouse/serving/process/free-port';
import { Activator } from '@dormouse/serving/proxy/activator';
import type { ServingEndpoint, Target as Upstream } from '@dormouse/serving/proxy/exchange';
import { createInstanceConnections } from '@dormouse/serving/proxy/instance-connections';
import { listen } from '@dormouse/serving/proxy/listener';
import { Telemetry } from '@dormouse/telemetry/telemetry';
import { startHarness } from '@dormouse/testing/harness';
import { testDatabase } from '../database.ts';
import { signingKeysOf } from '../event-keys.ts';
import { type FunctionInProcess, openFunction } from '../in-process.ts';
import type { Abilities, Target } from '../target.ts';
import { clientsOf } from './clients.ts';
import { mailsIn } from './mails-in.ts';

const base = join(import.meta.dirname, '../../knative/base');
const hasTables = (name: string) => existsSync(join(import.meta.dirname, '../../functions', name, 'migrations'));

export interface InProcessSettings {
  /** PUBLIC_URL of all functions. */
  publicUrl?: string;
  /** Peers of the ingress that say who their clients are. */
  trustedProxies?: BlockList | undefined;
  /** Makes the forms of uploaded pictures, and cards, which takes this process a second or two each. */
  encodesPictures?: boolean;
  /** What the ingress records. */
  telemetry?: Telemetry;
}

/** Every function in this process, behind the real ingress with the routes of knative/base, and before a real broker in a time of its own. */
export async function openInProcess({
  publicUrl = '',
  trustedProxies,
  encodesPictures = true,
  telemetry = new Telemetry(),
}: InProcessSettings = {}): Promise<Target & Pick<Abilities, 'mailsTo'>> {
  const platform = readPlatform(render(base));
  const folder = mkdtempSync(join(tmpdir(), 'dormouse-in-process-'));
  const keys = join(folder, 'keys');
  initKeys(keys);
  const named = [
    'categories',
    'auth',
    'posts',
    'media',
    'pictures',
    'search',
    'comments',
    'webhooks',
    'mail',
    'newsletter',
    'relay',
    'journal',
    'web',
  ];
  const others = platform.services.map(({ name }) => name).filter((name) => !named.includes(name));
  const db = await testDatabase(...[...named, ...others].filter(hasTables));
  const served = new Map<string, FunctionInProcess>();
  const upstreams = new Map<string, Upstream>();
  const target = (name: string) => upstreams.get(name);
  const ingress = await listen(
    createIngress({ virtualHosts: platform.virtualHosts, target, telemetry, trustedProxies }),
    { port: 0 },
  );
  const gateway = await listen(localGateway(target, telemetry.requests), { port: 0 });
  const nobody = await serveHttp((_, response) => void response.writeHead(204).end());
  const kubernetes = await serveHttp(kubernetesApi({ shown: () => ({ platform }), createdAt: births(undefined) }));

  const open = async (name: string, sink: string, variables: Record<string, string>, port = 0) => {
    const database = hasTables(name) ? { databaseUrl: db.urlOf(name) } : {};
    const opened = await openFunction(name, { ...database, sink, variables, port });
    served.set(name, opened);
    upstreams.set(name, upstreamOf(name, opened.origin));
    return opened.origin;
  };
  const receives = (name: string) =>
    platform.triggers.some(({ subscriber }) => subscriber.kind === 'service' && subscriber.name === name);
  const receivers = async (sink: string) => {
    const site = { PUBLIC_URL: publicUrl };
    const auth = await open('auth', sink, { ...site, KEYS_DIR: keys });
    const known = { ...site, AUTH_URL: auth, JWKS_URL: `${auth}/.well-known/jwks.json` };
    const categories = await open('categories', sink, known);
    const posts = await open('posts', sink, known);
    // Either calls the other.
    const drawingPort = await freePort();
    const drawing = encodesPictures ? `http://127.0.0.1:${drawingPort}` : originOf(nobody);
    const media = await open('media', sink, {
      ...known,
      PICTURES_URL: drawing,
      MEDIA_DIR: join(folder, 'uploads'),
    });
    const search = await open('search', sink, known);
    const comments = await open('comments', sink, known);
    const webhooks = await open('webhooks', sink, known);
    const mail = await open('mail', sink, { ...known, MAILBOX_DIR: join(folder, 'mailbox') });
    const newsletter = await open('newsletter', sink, { ...known, SEND_AFTER_SECONDS: '0' });
    const web = await open('web', sink, {
      ...known,
      POSTS_URL: posts,
      CATEGORIES_URL: categories,
      MEDIA_URL: media,
      SEARCH_URL: search,
      COMMENTS_URL: comments,
      WEBHOOKS_URL: webhooks,
      NEWSLETTER_URL: newsletter,
      MEDIA_DIR: join(folder, 'media'),
    });
    if (encodesPictures) await open('pictures', sink, { ...known, MEDIA_URL: media }, drawingPort);
    const relay = await open('relay', sink, {
      ...known,
      NEWSLETTER_URL: newsletter,
      MAIL_URL: mail,
      COMMENTS_URL: comments,
      WEBHOOKS_URL: webhooks,
    });
    const internalUrls = {
      KUBERNETES_URL: originOf(kubernetes),
      LOCAL_GATEWAY_URL: `http://127.0.0.1:${gateway.port}`,
    };
    const journal = await open('journal', sink, { ...known, ...internalUrls });
    const rest: Record<string, string> = {};
    for (const name of others) {
      const origin = await open(name, sink, { ...known, POSTS_URL: posts, CATEGORIES_URL: categories });
      if (receives(name)) rest[name] = origin;
    }
    return {
      categories,
      posts,
      search,
      comments,
      webhooks,
      mail,
      newsletter,
      web,
      pictures: drawing,
      relay,
      journal,
      ...rest,
    };
  };
  const flow = await startHarness({
    manifests: [base],
    receivers,
    // A scenario may leave a hundred and fifty posts to consumers.
    patienceMs: 60_000,
    idle: () => Promise.all([...served.values()].map((each) => each.drained())),
  });
  return {
    name: 'in process',
    ...(await clientsOf(`http://127.0.0.1:${ingress.port}`, { keys, pass: flow.settle })),
    send: flow.send,
    signingKeys: async (producer) => signingKeysOf(`/${producer}`),
    mailsTo: mailsIn(join(folder, 'mailbox')),
    async eventually(ask, holds, seconds = 60) {
      let last: unknown;
      // What functions remember (who is revoked) ages by the machine's clock, which the broker's leaves behind.
      const until = performance.now() + seconds * 1000;
      for (let left = seconds; left > 0 || performance.now() < until; left--) {
        if (left > 0) await flow.advance('PT1S');
        else await sleep(200);
        const value = await ask();
        if (holds(value)) return value;
        last = value;
      }
      throw new Error(
        `not within ${seconds} s of the broker's time; last seen: ${JSON.stringify(last)?.slice(0, 2000)}`,
      );
    },
    async close() {
      await flow.close();
      await Promise.all([ingress.close(0), gateway.close(0), closeHttp(kubernetes), closeHttp(nobody)]);
      for (const each of served.values()) await each.close();
      await db.drop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A function as the ingress sees a Service with one instance that is always there. */
function upstreamOf(name: string, origin: string): Upstream {
  const activator = new Activator<ServingEndpoint>({ concurrency: 0, wake: () => undefined });
  activator.add({
    inFlight: 0,
    name,
    connections: createInstanceConnections(Number(new URL(origin).port)),
    activator,
    markSuspect: () => {},
  });
  return {
    name,
    authority: `${name}.dormouse.svc.cluster.local`,
    timeoutMs: 60_000,
    responseStartTimeoutMs: 60_000,
    activator,
  };
}

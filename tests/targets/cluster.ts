import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { forwardPort } from '@dormouse/deploy/port-forward';
import { mailServer } from '@dormouse/mail/mail-server.fixture';
import { sending } from '@dormouse/testing/send';
import { kubectl } from '../kubectl.ts';
import { eventually as askUntil } from '../platform.ts';
import type { Abilities, OwnTrigger, ServiceState, Target } from '../target.ts';
import { clientsOf } from './clients.ts';
import { secretOf } from './secret-of.ts';
import { triggerManifest } from './trigger-manifest.ts';

export interface ClusterOptions {
  /** `INGRESS`: where people reach the blog. */
  ingress: string;
  namespace: string;
  /** `MAIL_LISTEN`: HOST:PORT where its mail server is, which this process is then. */
  mailListen?: string | undefined;
}

/** The system on the cluster that kubectl speaks to. */
export async function openCluster({ ingress, namespace, mailListen }: ClusterOptions): Promise<Target & Abilities> {
  const url = ingress.replace(/\/+$/, '');
  const internals = (...args: string[]) => kubectl(['--namespace', namespace, ...args]);
  const objects = async <T>(...args: string[]) =>
    (JSON.parse(await internals('get', ...args, '-o', 'json')) as { items: T[] }).items;
  const broker = await brokerOf(internals);
  const keys = await keysOf(namespace);
  const mails = mailListen ? await mailServerAt(mailListen) : undefined;
  const services = async () => {
    const [known, pods] = await Promise.all([
      objects<KnativeService>('services.serving.knative.dev'),
      objects<Pod>('pods', '-l', 'serving.knative.dev/service'),
    ]);
    return known.map((service) => stateOf(service, pods));
  };
  const apply = async (trigger: OwnTrigger) => {
    await kubectl(['apply', '-f', '-'], JSON.stringify(triggerManifest(trigger, namespace)));
    // Ready still speaks of the subscriber before until the controller has seen the new one.
    await eventually(
      () =>
        internals(
          'get',
          'triggers.eventing.knative.dev',
          trigger.name,
          '-o',
          'jsonpath={.status.subscriberUri} {.status.conditions[?(@.type=="Ready")].status}',
        ),
      (status) => status.endsWith(`${trigger.path} True`),
    );
  };
  return {
    name: 'cluster',
    ...(await clientsOf(url, { keys: keys.folder, issuer: await issuerAt(url), pass })),
    send: patiently(sending(broker.url)),
    signingKeys: async (producer) => (await secretOf(namespace, `${producer}-event-signing`)).EVENT_SIGNING_KEYS ?? '',
    mailsTo: async (address) =>
      (mails?.received ?? [])
        .filter(({ to }) => to && !Array.isArray(to) && to.text === address)
        .map(({ subject = '', text = '' }) => ({ subject, text })),
    eventually,
    services,
    async roll(name) {
      const revision = async () => (await services()).find((service) => service.name === name)?.revision;
      const before = await revision();
      const template = { metadata: { annotations: { 'dormouse.dev/rolled': new Date().toISOString() } } };
      await internals(
        'patch',
        'services.serving.knative.dev',
        name,
        '--type=merge',
        '-p',
        JSON.stringify({ spec: { template } }),
      );
      await eventually(revision, (now) => now !== before);
      await internals('wait', '--for=condition=Ready', '--timeout=120s', 'services.serving.knative.dev', name);
    },
    async subscribe(trigger) {
      await apply(trigger);
      return {
        move: (path) => apply({ ...trigger, path }),
        async remove() {
          await internals('delete', 'triggers.eventing.knative.dev', trigger.name, '--wait=false');
        },
      };
    },
    async close() {
      await mails?.close();
      await broker.close();
      keys.remove();
    },
  };
}

/** As the outbox does: what the Broker does not take is sent again, as the same event. */
const patiently = (send: Target['send'], attempts = 20): Target['send'] =>
  async function again(event, options) {
    const same = { ...event, id: event.id ?? randomUUID() };
    for (let left = attempts; ; left--) {
      const failure = await send(same, options).then(
        () => undefined,
        (error: Error) => error,
      );
      if (!failure) return same.id;
      if (left === 1) throw failure;
      await pass();
    }
  };

type Internals = (...args: string[]) => Promise<string>;

const pauseMs = 500;
const pass = () => sleep(pauseMs);
/** What the Broker loses comes from the archive after about three minutes (ADR 48). */
const eventually: Target['eventually'] = (ask, holds, seconds = 300) => askUntil(ask, holds, seconds, pauseMs);

/** A way to the Broker's address, which is one of the cluster, whatever the Broker's class. */
async function brokerOf(internals: Internals): Promise<{ url: string; close(): Promise<void> }> {
  const { hostname, port, pathname } = new URL(
    await internals('get', 'brokers.eventing.knative.dev', 'default', '-o', 'jsonpath={.status.address.url}'),
  );
  const [service = '', namespace = ''] = hostname.split('.');
  const { host, close } = await forwardPort({ namespace, service, port: Number(port || 80) });
  return { url: `http://${host}${pathname}`, close };
}

const mailServerAt = (listen: string) => {
  const { hostname, port } = new URL(`smtp://${listen}`);
  return mailServer({ host: hostname, port: Number(port) });
};

/** The keys that sign access tokens. */
async function keysOf(namespace: string): Promise<{ folder: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'dormouse-keys-'));
  for (const [name, value] of Object.entries(await secretOf(namespace, 'auth-keys')))
    writeFileSync(join(folder, name), value, { mode: 0o600 });
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}

/** Who signs tokens, by the platform's own word (OpenID Connect Discovery). */
async function issuerAt(url: string): Promise<string> {
  const { issuer } = (await (await fetch(`${url}/.well-known/openid-configuration`)).json()) as { issuer: string };
  return issuer;
}

interface KnativeService {
  metadata: { name: string };
  status: { latestReadyRevisionName?: string };
}
interface Pod {
  metadata: { labels: Record<string, string>; deletionTimestamp?: string };
}

const stateOf = ({ metadata, status }: KnativeService, pods: readonly Pod[]): ServiceState => ({
  name: metadata.name,
  revision: status.latestReadyRevisionName ?? '',
  instances: pods.filter(
    (pod) => pod.metadata.labels['serving.knative.dev/service'] === metadata.name && !pod.metadata.deletionTimestamp,
  ).length,
});

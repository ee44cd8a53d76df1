import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { newKeySet, publishedKeys, readKeySet } from '@dormouse/events/key-set';
import { bundle } from '@dormouse/image/bundle';
import { migrate } from '@dormouse/runtime/migrate';
import type postgres from 'postgres';
import { kubectl } from '../../kubectl.ts';
import { secretOf } from '../../targets/secret-of.ts';
import {
  campaignKinds,
  campaignLabel,
  campaignObjects,
  campaignTriggers,
  type TemplateService,
} from './campaign-objects.ts';
import { type Channel, orphansOf } from './orphans.ts';
import { patiently } from './patience.ts';

const source = join(import.meta.dirname, '../../overlays/chaos/functions/recorder');
const role = 'recorder';
/** Seconds that Knative has to take a deleted Trigger out of the channel. */
const triesToForget = 15;
/** The only one that may change a channel's subscribers. */
const eventingController = 'system:serviceaccount:knative-eventing:eventing-controller';

/** Adds the campaign's own function to a namespace; what an earlier campaign left there is removed first. */
export async function installRecorder(namespace: string, sql: postgres.Sql): Promise<void> {
  await removeRecorder(namespace, sql);
  const password = randomBytes(18).toString('hex');
  await patiently(() => migrate(sql, [{ name: role, folder: join(source, 'migrations'), password }]));
  const url = new URL((await secretOf(namespace, 'posts-database')).DATABASE_URL ?? '');
  Object.assign(url, { username: role, password });
  const own = newKeySet('/chaos', Date.now());
  const known = readKeySet((await secretOf(namespace, 'event-keys')).EVENT_KEYS ?? '', 'the Secret event-keys');
  const objects = campaignObjects({
    namespace,
    posts: await read<TemplateService>(namespace, 'ksvc', 'posts'),
    program: await program(),
    databaseUrl: url.href,
    signingKeys: JSON.stringify(own),
    eventKeys: JSON.stringify({ keys: [...known.keys, ...publishedKeys([own]).keys] }),
    ...(await wayIn(namespace)),
  });
  // Not `apply`: the program is larger than the annotation in which it keeps what was applied.
  await kubectl(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  await kubectl([
    '-n',
    namespace,
    'wait',
    '--for=condition=Ready',
    '--timeout=180s',
    'ksvc,trigger',
    '-l',
    `${campaignLabel}=campaign`,
  ]);
}

/** Takes the function, its tables and its role away again. */
export async function removeRecorder(namespace: string, sql: postgres.Sql): Promise<void> {
  // One after the other: see orphansOf.
  for (const name of campaignTriggers) {
    await kubectl(['-n', namespace, 'delete', 'trigger', name, '--ignore-not-found', '--timeout=120s']);
    for (let tries = 0; tries < triesToForget && (await orphans(namespace, [name])).length > 0; tries++)
      await sleep(1_000);
  }
  await patiently(() => removeOrphans(namespace));
  const own = ['-l', `${campaignLabel}=campaign`, '--ignore-not-found', '--timeout=120s'];
  await kubectl(['-n', namespace, 'delete', campaignKinds, ...own]);
  await patiently(async () => {
    const [there] = await sql`SELECT FROM pg_roles WHERE rolname = ${role}`;
    if (!there) return;
    await sql`ALTER ROLE ${sql(role)} NOLOGIN`;
    await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ${role}`;
    await sql`GRANT ${sql(role)} TO CURRENT_USER`;
    await sql`DROP OWNED BY ${sql(role)} CASCADE`;
    await sql`DROP ROLE ${sql(role)}`;
    await sql`DELETE FROM public.migrations WHERE name LIKE ${`${role}/%`}`;
  });
}

/** Channels that deliver to these Triggers, and which of their subscribers do. */
async function orphans(
  namespace: string,
  triggers: readonly string[],
): Promise<{ channel: Channel; indices: number[] }[]> {
  const text = await kubectl(['-n', namespace, 'get', 'inmemorychannels', '-o', 'json']);
  return (JSON.parse(text) as { items: Channel[] }).items
    .map((channel) => ({ channel, indices: orphansOf(channel, namespace, triggers) }))
    .filter(({ indices }) => indices.length > 0);
}

/** Takes what is left of the campaign's Triggers out of the Broker's channel. */
async function removeOrphans(namespace: string): Promise<void> {
  for (const { channel, indices } of await orphans(namespace, campaignTriggers)) {
    const { name, resourceVersion } = channel.metadata;
    const patch = [
      { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
      ...indices.toReversed().map((index) => ({ op: 'remove', path: `/spec/subscribers/${index}` })),
    ];
    const command = ['patch', 'inmemorychannel', name, '--type=json', '-p', JSON.stringify(patch)];
    await kubectl(['-n', namespace, ...command, '--as', eventingController]);
  }
}

/** The bundled program; a ConfigMap has no folders, and needs none here. */
async function program(): Promise<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'recorder-'));
  try {
    await bundle(join(source, 'main.ts'), folder);
    const files = readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile());
    return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface VirtualService {
  spec: { gateways: string[]; http: { route?: { destination: { host: string } }[] }[] };
}

/** By which gateways requests come in, and where they go. */
async function wayIn(namespace: string): Promise<{ gateways: string[]; gatewayHost: string }> {
  const { spec } = await read<VirtualService>(namespace, 'virtualservices.networking.istio.io', 'dormouse');
  const gatewayHost = spec.http.flatMap(({ route = [] }) => route.map(({ destination }) => destination.host))[0];
  if (gatewayHost === undefined) throw new Error('the VirtualService dormouse has no route');
  return { gateways: spec.gateways, gatewayHost };
}

const read = async <T>(namespace: string, kind: string, name: string): Promise<T> =>
  JSON.parse(await kubectl(['-n', namespace, 'get', kind, name, '-o', 'json'])) as T;

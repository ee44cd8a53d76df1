import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sending } from '@dormouse/testing/send';
import { parse } from 'yaml';
import { brokerUrl, eventually, type RunningPlatform, runPlatform } from '../platform.ts';
import type { Abilities, OwnTrigger, Target } from '../target.ts';
import { clientsOf } from './clients.ts';
import { mailsIn } from './mails-in.ts';
import { triggerManifest } from './trigger-manifest.ts';

const namespace = 'dormouse';
const local = join(import.meta.dirname, '../../knative/overlays/local/platform.yaml');
/** The folder that the console shows. */
const { mailbox } = parse(await readFile(local, 'utf8')) as { mailbox: string };

/** The local platform, as `npm start` runs it, with the shortest windows that Knative allows. */
export async function openLocal(): Promise<Target & Abilities & { platform: RunningPlatform }> {
  const overlay = changingOverlay();
  const platform = await runPlatform({ overlay: overlay.folder });
  const deliversTo = async (name: string) => {
    const triggers = (await (await fetch(`${platform.console}/api/triggers`)).json()) as {
      name: string;
      subscriber: string;
    }[];
    return triggers.find((trigger) => trigger.name === name)?.subscriber;
  };
  const subscribe = async (trigger: OwnTrigger) => {
    overlay.subscribe(trigger);
    await eventually(
      () => deliversTo(trigger.name),
      (to) => to?.endsWith(trigger.path) === true,
    );
  };
  return {
    name: 'local',
    platform,
    ...(await clientsOf(platform.url, { keys: join(platform.home, 'secrets/auth-keys'), pass: () => sleep(50) })),
    send: sending(await brokerUrl(platform)),
    signingKeys: (producer) =>
      readFile(join(platform.home, `secrets/${producer}-event-signing/EVENT_SIGNING_KEYS`), 'utf8'),
    mailsTo: mailsIn(join(platform.home, mailbox)),
    eventually,
    services: platform.services,
    async roll(name) {
      const revision = async () => (await platform.services()).find((service) => service.name === name)?.revision;
      const before = await revision();
      overlay.roll(name);
      await eventually(revision, (now) => now !== before);
    },
    async subscribe(trigger) {
      await subscribe(trigger);
      return {
        move: (path) => subscribe({ ...trigger, path }),
        async remove() {
          overlay.unsubscribe(trigger.name);
          await eventually(
            () => deliversTo(trigger.name),
            (to) => to === undefined,
          );
        },
      };
    },
    async close() {
      await platform.stop();
      overlay.remove();
    },
  };
}

/** An overlay over the quick one, that changes while it is run. */
function changingOverlay() {
  const folder = mkdtempSync(join(tmpdir(), 'dormouse-target-'));
  const triggers = new Map<string, object>();
  const rolls = new Map<string, number>();
  const write = (name: string, content: object) => writeFileSync(join(folder, name), JSON.stringify(content));
  const written = () => {
    for (const [name, manifest] of triggers) write(`${name}.yaml`, manifest);
    write('kustomization.yaml', {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: [
        relative(folder, join(import.meta.dirname, '../overlays/quick')),
        ...[...triggers.keys()].map((name) => `${name}.yaml`),
      ],
      patches: [...rolls].map(([name, count]) => ({
        target: { group: 'serving.knative.dev', kind: 'Service', name },
        patch: JSON.stringify([
          { op: 'add', path: '/spec/template/metadata/annotations/dormouse.dev~1rolled', value: String(count) },
        ]),
      })),
    });
  };
  written();
  return {
    folder,
    subscribe(trigger: OwnTrigger) {
      triggers.set(trigger.name, triggerManifest(trigger, namespace));
      written();
    },
    unsubscribe(name: string) {
      triggers.delete(name);
      written();
    },
    roll(name: string) {
      rolls.set(name, (rolls.get(name) ?? 0) + 1);
      written();
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

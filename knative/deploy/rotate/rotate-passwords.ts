import { setTimeout as sleep } from 'node:timers/promises';
import { DeployError } from '../overlay.ts';
import type { LiveSecret, LiveService, PasswordServer, RotatedCluster } from './rotation.ts';

export interface RotateOptions {
  cluster: RotatedCluster;
  server: PasswordServer;
  /** Names this rotation, unless one has to be ended. */
  rotation: string;
  say: (line: string) => void;
  dryRun: boolean;
  /** For Pods with the old password to be gone. */
  waitMs: number;
  everyMs?: number;
}

/**
 * New passwords without a request lost: the server knows both, the Secret names the new one, a revision reads it, Pods with the old one
 * go, the old one is dropped. Each Secret has a mark while that lasts: where a rotation was broken off, the next one ends it first.
 * @throws DeployError where it cannot go on; both passwords stay good then
 */
export async function rotatePasswords(options: RotateOptions): Promise<void> {
  const { cluster, server, say, dryRun } = options;
  const secrets = (await cluster.secrets()).filter((secret) => server.holds(secret));
  const foreign = secrets.find(({ owner }) => owner);
  if (foreign)
    throw new DeployError(
      `${foreign.name} is made by ${foreign.owner}: change it there (docs/how-to/rotate-passwords.md)`,
    );
  if (secrets.length === 0) throw new DeployError('there is no Secret with such a password in this namespace');
  const begun = secrets.find((secret) => secret.rotation)?.rotation;
  if (begun) say(`goes on with the rotation ${begun}, which has not ended`);
  // A password made now has to be read again, also by who has read those of before.
  const rotation = begun && secrets.every((secret) => secret.rotation) ? begun : options.rotation;
  const names = new Set(secrets.map(({ name }) => name));
  const readers = (await cluster.services()).filter((service) => service.secrets.some((name) => names.has(name)));
  if (dryRun) return plan(secrets, readers, say);
  for (const secret of secrets) {
    if (secret.rotation) continue;
    await cluster.patchSecret(secret.name, await server.prepare(secret), rotation);
    say(`${secret.name}: a new password, good beside the old one`);
  }
  for (const service of readers) if (service.rotation !== rotation) await cluster.renew(service.name, rotation);
  for (const service of readers) await renewed(service.name, rotation, options);
  for (const secret of (await cluster.secrets()).filter(({ name }) => names.has(name))) {
    await server.drop(secret);
    await cluster.patchSecret(secret.name, {}, undefined);
    say(`${secret.name}: the old password is dropped`);
  }
}

function plan(secrets: readonly LiveSecret[], readers: readonly LiveService[], say: RotateOptions['say']): void {
  for (const { name, rotation } of secrets)
    say(rotation ? `${name}: has its new password` : `${name}: would get a new password`);
  for (const { name } of readers) say(`${name}: would get a revision that reads it`);
  for (const { name } of secrets) say(`${name}: then the old password would be dropped`);
}

/** Waits until the newest revision is ready and nothing runs that has the old password. */
async function renewed(name: string, rotation: string, { cluster, say, waitMs, everyMs = 2_000 }: RotateOptions) {
  const until = Date.now() + waitMs;
  for (;;) {
    const service = (await cluster.services()).find((each) => each.name === name);
    if (!service) return say(`${name}: is gone`);
    const old = await cluster.oldPods(name, rotation);
    if (!service.waitsFor && old.length === 0) return say(`${name}: runs with the new password`);
    if (Date.now() >= until)
      throw new DeployError(
        service.waitsFor
          ? `${name} is not ready: ${service.waitsFor}. Both passwords are good; run the command again when it is`
          : `${old.join(', ')} of ${name} still has the old password (is traffic pinned to an older revision?). Both passwords are good; run the command again when it is gone`,
      );
    await sleep(everyMs);
  }
}

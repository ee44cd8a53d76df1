import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type EventKeySet, publishedKeys, readKeySet } from '@dormouse/events/key-set';
import { readSecret, writeSecret } from '@dormouse/serving/process/secret-files';
import * as v from 'valibot';
import { CommandError } from '../command-error.ts';
import type { Context } from '../context.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** Where producers' keys are kept: Secrets `NAME-event-signing`, and `event-keys` with the public halves of all. */
export interface KeyStore {
  /** By the producer's name. */
  read(): Map<string, EventKeySet>;
  /** Keeps the sets and what is published of them, and says so. */
  write(sets: ReadonlyMap<string, EventKeySet>, terminal: Terminal): void;
}

const suffix = '-event-signing';
const signingKey = 'EVENT_SIGNING_KEYS';

/** The Secrets of the local platform. @throws CommandError when it has none yet */
export function keysInHome({ env, root }: Pick<Context, 'env' | 'root'>): KeyStore {
  const folder = join(env.DORMOUSE_HOME || resolve(root, '.dormouse'), 'secrets');
  return {
    read() {
      const names = namesIn(folder).filter((name) => name.endsWith(suffix));
      return new Map(
        names.map((name) => [
          name.slice(0, -suffix.length),
          readKeySet(readSecret(folder, name)?.[signingKey] ?? '', join(folder, name)),
        ]),
      );
    },
    write(sets, terminal) {
      // Published first: who signs with a new key before it is known is not believed for a while.
      writeSecret(join(folder, 'event-keys'), 'EVENT_KEYS', JSON.stringify(publishedKeys([...sets.values()])));
      for (const [name, set] of sets) {
        writeSecret(join(folder, `${name}${suffix}`), signingKey, JSON.stringify(set));
        terminal.print(describe(name, set));
      }
    },
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new CommandError(`there is no folder ${folder}: start the platform once with "npm start"`);
  }
}

const describe = (name: string, { keys }: EventKeySet): string => {
  const signing = keys.filter(({ d }) => d !== undefined).sort((one, other) => one.nbf - other.nbf);
  return `${name}: ${signing.map(({ kid, nbf }) => `${kid} signs from ${new Date(nbf * 1000).toISOString()}`).join(', ')}`;
};

const listSchema = v.object({
  items: v.array(
    v.object({
      metadata: v.object({ name: v.string(), namespace: v.optional(v.string()) }),
      data: v.optional(v.record(v.string(), v.string())),
    }),
  ),
});

/**
 * Secrets of a cluster as kubectl prints them; what changes is printed as JSON for `kubectl apply`.
 * @param source a file, or - for standard input
 * @throws UsageError when it is no list of Secrets
 */
export async function keysInSecrets(source: string, terminal: Terminal): Promise<KeyStore> {
  const items = parse(source === '-' ? await terminal.input() : readText(source), source);
  const signing = items.filter(({ metadata }) => metadata.name.endsWith(suffix));
  const namespace = items[0]?.metadata.namespace ?? 'dormouse';
  const read = () =>
    new Map(
      signing.map(({ metadata: { name }, data }) => [
        name.slice(0, -suffix.length),
        readKeySet(Buffer.from(data?.[signingKey] ?? '', 'base64').toString('utf8'), name),
      ]),
    );
  return {
    read,
    write(sets, out) {
      const secret = (name: string, stringData: Record<string, string>) => ({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace },
        stringData,
      });
      const before = read();
      const changed = [...sets].filter(([name, set]) => JSON.stringify(before.get(name)) !== JSON.stringify(set));
      const list = [
        secret('event-keys', { EVENT_KEYS: JSON.stringify(publishedKeys([...sets.values()])) }),
        ...changed.map(([name, set]) => secret(`${name}${suffix}`, { [signingKey]: JSON.stringify(set) })),
      ];
      out.print(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: list }, null, 2));
    },
  };
}

function parse(text: string, source: string) {
  try {
    return v.parse(listSchema, JSON.parse(text)).items;
  } catch {
    throw new UsageError(`--secrets ${source}: no list of Secrets as "kubectl get secrets -o json" prints it`);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--secrets ${file}: ${(error as Error).message}`);
  }
}

import { chmodSync, chownSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest, Pod } from '@dormouse/checks/manifest';

/** What the kubelet gives a Pod's first container: its environment, and the folders that it mounts. */
export interface Given {
  env: Record<string, string>;
  /** Folders of this machine, by where they are mounted. */
  volumes: Record<string, string>;
}

type Container = Pod['spec']['containers'][number];
type Data = Readonly<Record<string, string>>;

export interface GivenOptions {
  manifests: readonly Manifest[];
  /** By name. */
  secrets: ReadonlyMap<string, Data>;
  /** Where folders are made. */
  work: string;
  /** Who writes to volumes: the image's account. */
  user: number;
  /** Addresses of this machine for those of a cluster. */
  here: (value: string) => string;
}

/** Environment and volumes as a Pod's manifest says. @throws Error naming a Secret or ConfigMap that nobody makes */
export function givenTo(pod: Pod, options: GivenOptions): Given {
  const container = pod.spec.containers[0]!;
  return { env: environmentOf(container, options), volumes: volumesOf(pod, container, options) };
}

function environmentOf(container: Container, options: GivenOptions): Record<string, string> {
  const from = (container.envFrom ?? []).flatMap(({ prefix = '', configMapRef, secretRef }) =>
    Object.entries(dataOf({ configMap: configMapRef?.name, secret: secretRef?.name }, options)).map(
      ([name, value]): [string, string] => [prefix + name, value],
    ),
  );
  const own = (container.env ?? []).flatMap(({ name, value, valueFrom }): [string, string][] => {
    const { name: secret, key = '', optional = false } = valueFrom?.secretKeyRef ?? {};
    if (optional && !options.secrets.has(secret ?? '')) return [];
    return [[name, value ?? dataOf({ secret }, options)[key] ?? '']];
  });
  return Object.fromEntries([...from, ...own].map(([name, value]) => [name, options.here(value)]));
}

function volumesOf(pod: Pod, { volumeMounts = [] }: Container, options: GivenOptions): Record<string, string> {
  const { work, user } = options;
  return Object.fromEntries(
    volumeMounts.map(({ name, mountPath }) => {
      const volume = pod.spec.volumes!.find((each) => each.name === name)!;
      const folder = mkdtempSync(join(work, `${name}-`));
      if (volume.secret) {
        chmodSync(folder, 0o755);
        const data = dataOf({ secret: volume.secret.secretName }, options);
        for (const [file, text] of Object.entries(data)) writeFileSync(join(folder, file), text, { mode: 0o644 });
      } else {
        chownSync(folder, user, user);
      }
      return [mountPath, folder];
    }),
  );
}

function dataOf(
  of: { configMap?: string | undefined; secret?: string | undefined },
  { manifests, secrets }: GivenOptions,
): Data {
  const found = of.configMap
    ? (
        manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === of.configMap) as {
          data?: Data;
        }
      )?.data
    : secrets.get(of.secret ?? '');
  if (!found) throw new Error(`nobody makes ${of.configMap ?? of.secret}`);
  return found;
}

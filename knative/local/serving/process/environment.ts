import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Container, Platform, Volume } from '@dormouse/manifests/model';
import { readSecret } from './secret-files.ts';

export interface EnvironmentOptions {
  platform: Pick<Platform, 'configMaps' | 'secrets'>;
  /** DORMOUSE_HOME */
  home: string;
  /** Maps an in-cluster address (`http://name.namespace.svc.cluster.local`) to a local one. */
  addressOf: (address: string) => string | undefined;
  /** Called with addresses that do not exist on this machine. */
  unresolved?: (address: string) => void;
}

/** Variables of the user's environment that every program needs. */
const inherited = [
  'PATH',
  'HOME',
  'TMPDIR',
  'TZ',
  'LANG',
  'LC_ALL',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
];
const inCluster = /https?:\/\/[a-z0-9.-]+\.svc(?:\.cluster\.local)?(?::\d+)?/g;

export const baseEnvironment = (): Record<string, string> =>
  Object.fromEntries(inherited.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));

/**
 * A container's environment as its manifest says, with cluster addresses and mounted folders replaced by those of this
 * machine. Resolved again for each instance, so that a changed Secret takes effect.
 * @throws Error naming the ConfigMap, Secret or key that is missing and not optional
 */
export function resolveEnvironment(
  name: string,
  namespace: string,
  container: Container,
  options: EnvironmentOptions,
): Record<string, string> {
  const { env, envFrom } = gather(namespace, container, options);
  const folders = container.volumes.map((volume) => ({
    mountPath: volume.mountPath,
    folder: mount(name, namespace, volume, options),
  }));
  const resolved: Record<string, string> = baseEnvironment();
  for (const [key, value] of [...envFrom, ...env]) resolved[key] = here(value, folders, options);
  return resolved;
}

type Pairs = [string, string][];

function gather(
  namespace: string,
  { env: sources }: Container,
  options: EnvironmentOptions,
): { env: Pairs; envFrom: Pairs } {
  const env: Pairs = [];
  const envFrom: Pairs = [];
  for (const source of sources) {
    if (source.kind === 'value') {
      env.push([source.name, source.value]);
      continue;
    }
    const isSecret = source.kind === 'secret' || source.kind === 'secretKey';
    const data = lookUp(isSecret, namespace, source.from, options);
    if (!data && !source.optional) throw new Error(`there is no ${isSecret ? 'Secret' : 'ConfigMap'} ${source.from}`);
    if ('prefix' in source)
      for (const [key, value] of Object.entries(data ?? {})) envFrom.push([source.prefix + key, value]);
    else if (data?.[source.key] !== undefined) env.push([source.name, data[source.key]!]);
    else if (!source.optional)
      throw new Error(`${isSecret ? 'Secret' : 'ConfigMap'} ${source.from} has no key ${source.key}`);
  }
  return { env, envFrom };
}

function lookUp(
  isSecret: boolean,
  namespace: string,
  name: string,
  { platform, home }: EnvironmentOptions,
): Readonly<Record<string, string>> | undefined {
  if (!isSecret) return platform.configMaps.get(`${namespace}/${name}`);
  return readSecret(join(home, 'secrets'), name) ?? platform.secrets.get(`${namespace}/${name}`);
}

/** The local folder of a volume. */
function mount(service: string, namespace: string, { name, source }: Volume, options: EnvironmentOptions): string {
  const { home } = options;
  const folder = source.kind === 'secret' ? join(home, 'secrets', source.from) : join(home, 'volumes', service, name);
  if (source.kind === 'emptyDir') mkdirSync(folder, { recursive: true });
  else {
    const given =
      source.kind === 'secret'
        ? options.platform.secrets.get(`${namespace}/${source.from}`)
        : options.platform.configMaps.get(`${namespace}/${source.from}`);
    if (given) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      for (const [key, value] of Object.entries(given)) writeFileSync(join(folder, key), value, { mode: 0o600 });
    }
  }
  return folder;
}

function here(
  value: string,
  folders: readonly { mountPath: string; folder: string }[],
  { addressOf, unresolved }: EnvironmentOptions,
): string {
  for (const { mountPath, folder } of folders)
    if (value === mountPath || value.startsWith(`${mountPath}/`)) return folder + value.slice(mountPath.length);
  if (!value.includes('.svc')) return value;
  return value.replace(inCluster, (address) => {
    const found = addressOf(canonical(address));
    if (!found) unresolved?.(address);
    return found ?? address;
  });
}

/** `http://name.namespace.svc.cluster.local`, in any of its spellings. */
export function canonical(address: string): string {
  const { protocol, hostname, port } = new URL(address);
  const full = hostname.endsWith('.svc') ? `${hostname}.cluster.local` : hostname;
  return `${protocol}//${full}${port && port !== '80' ? `:${port}` : ''}`;
}

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Container, EnvSource, Platform, PodField, Volume } from '@dormouse/manifests/model';
import { expandVariables } from './expand-variables.ts';
import type { Mount } from './mounted-folders.ts';
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
 * A container's environment as its manifest says: `env` over `envFrom`, `$(NAME)` in values expanded by what stands before
 * them; cluster addresses and mounted folders are replaced by those of this machine. Resolved again for each instance, so
 * that a changed Secret takes effect.
 * @throws Error naming the ConfigMap, Secret or key that is missing and not optional
 */
export function resolveEnvironment(
  name: string,
  namespace: string,
  container: Container,
  options: EnvironmentOptions,
): Record<string, string> {
  return { ...baseEnvironment(), ...declared(name, namespace, container, options) };
}

/** What a process is started with beside the program of its image. */
export interface CommandLine {
  command: readonly string[];
  args: readonly string[];
}

/**
 * A container's command line, with `$(NAME)` expanded by its whole environment and the same replacements as there.
 * @param set variables that are set for every instance, such as PORT
 */
export function resolveCommandLine(
  name: string,
  namespace: string,
  container: Container,
  set: Readonly<Record<string, string>>,
  options: EnvironmentOptions,
): CommandLine {
  const { command, args } = container;
  if (command.length + args.length === 0) return { command, args };
  const values = { ...declared(name, namespace, container, options), ...set };
  const folders = foldersOf(name, namespace, container, options);
  const resolve = (text: string) => here(expandVariables(text, values), folders, options);
  return { command: command.map(resolve), args: args.map(resolve) };
}

/** The variables that the manifest declares. */
function declared(
  name: string,
  namespace: string,
  container: Container,
  options: EnvironmentOptions,
): Record<string, string> {
  const folders = foldersOf(name, namespace, container, options);
  const values = gather(name, namespace, container, options);
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, here(value, folders, options)]));
}

const foldersOf = (name: string, namespace: string, { volumes }: Container, options: EnvironmentOptions) =>
  volumes.map((volume) => ({
    mountPath: volume.mountPath,
    folder: join(mount(name, namespace, volume, options), volume.subPath ?? ''),
  }));

/**
 * A container's volumes with their folders. Those of Secrets and ConfigMaps are read-only, as on a cluster.
 * @throws Error naming the Secret, ConfigMap or key that is missing and not optional
 */
export function resolveVolumes(
  name: string,
  namespace: string,
  { volumes }: Container,
  options: EnvironmentOptions,
): Mount[] {
  return volumes.map((volume) => {
    const { source, subPath = '', mountPath, readOnly } = volume;
    const from = join(mount(name, namespace, volume, options), subPath);
    if (!existsSync(from)) {
      if ('optional' in source && !source.optional)
        throw new Error(
          `there is no ${source.kind === 'secret' ? 'Secret' : 'ConfigMap'} ${join(source.from, subPath)}`,
        );
      mkdirSync(from, { recursive: true });
    }
    return { from, mountPath, readOnly: readOnly || 'optional' in source };
  });
}

function gather(
  name: string,
  namespace: string,
  { env }: Container,
  options: EnvironmentOptions,
): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const source of env) {
    if (source.kind !== 'configMap' && source.kind !== 'secret') continue;
    const data = dataOf(source, namespace, options);
    for (const [key, value] of Object.entries(data ?? {})) values[source.prefix + key] = value;
  }
  for (const source of env) {
    if (source.kind === 'value') values[source.name] = expandVariables(source.value, values);
    else if (source.kind === 'field') values[source.name] = fieldOf(source.path, name, namespace);
    else if (source.kind === 'configMapKey' || source.kind === 'secretKey') {
      const value = dataOf(source, namespace, options)?.[source.key];
      if (value !== undefined) values[source.name] = value;
      else if (!source.optional)
        throw new Error(`${isSecret(source) ? 'Secret' : 'ConfigMap'} ${source.from} has no key ${source.key}`);
    }
  }
  return values;
}

type FromObject = Exclude<EnvSource, { kind: 'value' | 'field' }>;

const isSecret = ({ kind }: FromObject) => kind === 'secret' || kind === 'secretKey';

function dataOf(source: FromObject, namespace: string, options: EnvironmentOptions) {
  const data = lookUp(isSecret(source), namespace, source.from, options);
  if (!data && !source.optional)
    throw new Error(`there is no ${isSecret(source) ? 'Secret' : 'ConfigMap'} ${source.from}`);
  return data;
}

/** A field of the Pod, as far as a process of this machine has one. */
function fieldOf(path: PodField, name: string, namespace: string): string {
  if (path === 'metadata.name') return name;
  if (path === 'metadata.namespace') return namespace;
  if (path === 'spec.nodeName') return hostname();
  return path === 'spec.serviceAccountName' ? 'default' : '127.0.0.1';
}

function lookUp(
  secret: boolean,
  namespace: string,
  name: string,
  { platform, home }: EnvironmentOptions,
): Readonly<Record<string, string>> | undefined {
  if (!secret) return platform.configMaps.get(`${namespace}/${name}`);
  const own = readSecret(join(home, 'secrets'), ofNamespace(namespace, name));
  return own ?? platform.secrets.get(`${namespace}/${name}`) ?? readSecret(join(home, 'secrets'), name);
}

/** No name has an underscore. */
const ofNamespace = (namespace: string, name: string) => `${namespace}_${name}`;

/** Folder of a Secret that was put into DORMOUSE_HOME: `NAMESPACE_NAME`, or `NAME` for all namespaces. */
function secretFolder(namespace: string, name: string, home: string): string {
  const own = join(home, 'secrets', ofNamespace(namespace, name));
  return existsSync(own) ? own : join(home, 'secrets', name);
}

/**
 * Folder of a container's volumes: `NAMESPACE_SERVICE`, which is nobody else's, as no name has an underscore. What an older
 * platform has kept under the name of the Service alone becomes that of the first who asks.
 */
function volumesOf(service: string, namespace: string, home: string): string {
  const folder = join(home, 'volumes', `${namespace}_${service}`);
  const former = join(home, 'volumes', service);
  if (!existsSync(folder) && existsSync(former)) renameSync(former, folder);
  return folder;
}

/** The local folder of a volume. */
function mount(
  service: string,
  namespace: string,
  { name, source }: Volume,
  { platform, home }: EnvironmentOptions,
): string {
  if (source.kind === 'folder') return source.from;
  if (source.kind === 'claim') return made(join(home, 'volumes', `${namespace}__${source.from}`));
  const own = () => join(volumesOf(service, namespace, home), name);
  if (source.kind === 'emptyDir') return made(own());
  const key = `${namespace}/${source.from}`;
  if (source.kind === 'configMap') return filled(own(), platform.configMaps.get(key));
  const put = secretFolder(namespace, source.from, home);
  const given = platform.secrets.get(key);
  return given && put !== join(home, 'secrets', ofNamespace(namespace, source.from)) ? filled(own(), given) : put;
}

function made(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** A folder with a file for each key, and no other. */
function filled(folder: string, data: Readonly<Record<string, string>> | undefined): string {
  if (!data) return folder;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(folder))
    if (!Object.hasOwn(data, name)) rmSync(join(folder, name), { recursive: true });
  for (const [key, value] of Object.entries(data)) writeFileSync(join(folder, key), value, { mode: 0o600 });
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

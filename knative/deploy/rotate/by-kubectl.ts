import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hasProgram } from '@dormouse/serving/process/has-program';
import { DeployError } from '../overlay.ts';
import { type Forwarded, forwardPort } from '../port-forward.ts';
import type { LiveSecret, LiveService, RotatedCluster } from './rotation.ts';

const mark = 'dormouse.dev/rotation';
const renewal = 'dormouse.dev/secrets';
const maxOutputBytes = 1 << 26;

interface Metadata {
  name: string;
  generation?: number;
  annotations?: Record<string, string>;
  ownerReferences?: { kind: string; name: string }[];
}
interface SecretObject {
  metadata: Metadata;
  data?: Record<string, string>;
}
interface ServiceObject {
  metadata: Metadata;
  spec: {
    template: {
      metadata?: { annotations?: Record<string, string> };
      spec: { containers: { envFrom?: { secretRef?: { name: string } }[] }[] };
    };
  };
  status?: {
    observedGeneration?: number;
    latestCreatedRevisionName?: string;
    latestReadyRevisionName?: string;
    conditions?: { type: string; status: string; message?: string }[];
  };
}

/** A cluster, and ways to the servers in it. */
export interface KubectlCluster extends RotatedCluster {
  /** The URL by which this machine reaches the server: by a tunnel where it is a Service of the cluster. */
  reach(url: string): Promise<string>;
  close(): Promise<void>;
}

/** The cluster of kubectl's configuration. @throws DeployError if kubectl is not installed */
export function byKubectl(namespace: string): KubectlCluster {
  if (!hasProgram('kubectl')) throw new DeployError('kubectl is not on the PATH');
  const list = async <T>(kind: string, ...more: string[]) =>
    (JSON.parse(await kubectl(['get', kind, '-n', namespace, ...more, '-o', 'json'])) as { items: T[] }).items;
  /** By a file that only this user may read: passwords are on no command line, and kubectl takes no patch from a pipe of Node.js. */
  const patch = async (kind: string, name: string, change: object) => {
    const folder = await mkdtemp(join(tmpdir(), 'dormouse-patch-'));
    try {
      const file = join(folder, 'patch.json');
      await writeFile(file, JSON.stringify(change), { mode: 0o600 });
      await kubectl(['patch', kind, name, '-n', namespace, '--type', 'merge', '--patch-file', file]);
    } finally {
      await rm(folder, { recursive: true });
    }
  };
  const tunnels: Forwarded[] = [];
  return {
    secrets: async () => (await list<SecretObject>('secrets')).map(readSecret),
    services: async () => (await list<ServiceObject>('services.serving.knative.dev')).map(readService),
    oldPods: async (service, rotation) =>
      (await list<{ metadata: Metadata }>('pods', '-l', `serving.knative.dev/service=${service}`))
        .filter(({ metadata }) => metadata.annotations?.[renewal] !== rotation)
        .map(({ metadata }) => metadata.name),
    async patchSecret(name, data, rotation) {
      await patch('secret', name, {
        metadata: { annotations: { [mark]: rotation ?? null } },
        ...(Object.keys(data).length > 0 && { stringData: data }),
      });
    },
    async renew(name, rotation) {
      const metadata = { name: null, annotations: { [renewal]: rotation } };
      await patch('services.serving.knative.dev', name, { spec: { template: { metadata } } });
    },
    async reach(text) {
      const url = new URL(text);
      const [service = '', within, ...rest] = url.hostname.split('.');
      if (within !== namespace || rest[0] !== 'svc') return text;
      const tunnel = await forwardPort({ namespace, service, port: Number(url.port) });
      tunnels.push(tunnel);
      url.host = tunnel.host;
      return url.href;
    },
    async close() {
      await Promise.all(tunnels.map((tunnel) => tunnel.close()));
    },
  };
}

const readSecret = ({ metadata, data = {} }: SecretObject): LiveSecret => ({
  name: metadata.name,
  rotation: metadata.annotations?.[mark],
  owner: metadata.ownerReferences?.map(({ kind, name }) => `${kind} ${name}`)[0],
  data: Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  ),
});

const readService = ({ metadata, spec: { template }, status = {} }: ServiceObject): LiveService => ({
  name: metadata.name,
  secrets: template.spec.containers.flatMap(({ envFrom = [] }) =>
    envFrom.flatMap(({ secretRef }) => secretRef?.name ?? []),
  ),
  rotation: template.metadata?.annotations?.[renewal],
  waitsFor: waitsFor(metadata, status),
});

function waitsFor({ generation }: Metadata, status: NonNullable<ServiceObject['status']>): string | undefined {
  if (status.observedGeneration !== generation) return 'Knative has not seen its change yet';
  const unmet = status.conditions?.find(({ status: met }) => met !== 'True');
  if (unmet) return unmet.message ?? unmet.type;
  return status.latestReadyRevisionName === status.latestCreatedRevisionName ? undefined : 'its newest revision starts';
}

async function kubectl(args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)('kubectl', args, { maxBuffer: maxOutputBytes })).stdout;
  } catch (error) {
    throw new DeployError(String((error as { stderr?: string }).stderr || error).trim());
  }
}

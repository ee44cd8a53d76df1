import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { hasProgram } from '@dormouse/serving/process/has-program';
import { DeployError } from './overlay.ts';
import type { LiveRevision, LiveService } from './traffic.ts';

/** One Service on a cluster. */
export interface Cluster {
  /** undefined: there is none yet. */
  service(): Promise<LiveService | undefined>;
  revisions(): Promise<LiveRevision[]>;
  /** Runs a command where everybody sees it. @throws DeployError if it fails. */
  run(command: readonly string[]): Promise<void>;
}

const largest = 1 << 26;

const missing = (name: string, namespace: string) => `kn is not on the PATH: https://knative.dev/docs/client/install-kn/
kubectl alone can do the same:
  npm run -s render -- ${name} --overlay NAME --all | kubectl apply -n ${namespace} -f -
  kubectl patch ksvc ${name} -n ${namespace} --type merge -p '{"spec":{"traffic":[{"latestRevision":true,"percent":100}]}}'`;

/** The Service `name` by way of kn, on the cluster that its kubeconfig means. @throws DeployError if there is no kn. */
export function byKn(name: string, namespace: string): Cluster {
  if (!hasProgram('kn')) throw new DeployError(missing(name, namespace));
  return {
    service: () => read<LiveService>(['service', 'describe', name, '-n', namespace]),
    revisions: async () =>
      (await read<{ items: LiveRevision[] }>(['revision', 'list', '-s', name, '-n', namespace]))?.items ?? [],
    run: async ([program = 'kn', ...args]) => {
      console.log(`\n$ ${[program, ...args].join(' ')}`);
      const [status] = (await once(spawn(program, args, { stdio: 'inherit' }), 'exit')) as [number | null];
      if (status !== 0)
        throw new DeployError(`${program} ended with ${status}; what had requests before has them still`);
    },
  };
}

/** The same Service, of which nothing is changed: says what would be run, and pretends that what would be applied were ready. */
export function withoutChange(cluster: Cluster, name: string, say: (line: string) => void = console.log): Cluster {
  let applied = false;
  return {
    ...cluster,
    service: async () => {
      const service = await cluster.service();
      return service && applied
        ? { ...service, status: { ...service.status, latestReadyRevisionName: `${name}-NEW` } }
        : service;
    },
    run: async (command) => {
      say(`would run: ${command.join(' ')}`);
      applied ||= command.slice(1, 3).join(' ') === 'service apply';
    },
  };
}

/** What kn says as JSON; undefined if it knows of no such thing. */
async function read<T>(args: string[]): Promise<T | undefined> {
  try {
    return JSON.parse((await promisify(execFile)('kn', [...args, '-o', 'json'], { maxBuffer: largest })).stdout) as T;
  } catch (error) {
    const said = String((error as { stderr?: string }).stderr ?? error).trim();
    if (said.includes('not found')) return undefined;
    throw new DeployError(said);
  }
}

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { hasProgram } from '@dormouse/serving/process/has-program';
import { DeployError } from './overlay.ts';
import type { LivePod } from './pod-trouble.ts';
import type { LiveRevision, LiveService } from './traffic.ts';
import { watchPods } from './watch-pods.ts';

/** One Service on a cluster. */
export interface Cluster {
  /** undefined when it does not exist yet. */
  service(): Promise<LiveService | undefined>;
  revisions(): Promise<LiveRevision[]>;
  /** Runs a command with its output on the terminal, and says what keeps Pods from starting. @throws DeployError if it fails. */
  run(command: readonly string[]): Promise<void>;
}

const maxOutputBytes = 1 << 26;

const missing = (name: string, namespace: string) => `kn is not on the PATH: https://knative.dev/docs/client/install-kn/
kubectl alone can do the same:
  npm run -s render -- ${name} --overlay NAME --all | kubectl apply -n ${namespace} -f -
  kubectl patch ksvc ${name} -n ${namespace} --type merge -p '{"spec":{"traffic":[{"latestRevision":true,"percent":100}]}}'`;

/** The Service `name` through kn, on the cluster of its kubeconfig. @throws DeployError if kn is not installed. */
export function byKn(name: string, namespace: string): Cluster {
  if (!hasProgram('kn')) throw new DeployError(missing(name, namespace));
  return {
    service: () => read<LiveService>(['service', 'describe', name, '-n', namespace]),
    revisions: async () =>
      (await read<{ items: LiveRevision[] }>(['revision', 'list', '-s', name, '-n', namespace]))?.items ?? [],
    run: async ([program = 'kn', ...args]) => {
      console.log(`\n$ ${[program, ...args].join(' ')}`);
      const ended = once(spawn(program, args, { stdio: 'inherit' }), 'exit');
      const [status] = (await (program === 'kn' && hasProgram('kubectl')
        ? watchPods(ended, { pods: () => podsOf(name, namespace), say: (line) => console.log(`  ${line}`) })
        : ended)) as [number | null];
      if (status !== 0)
        throw new DeployError(`${program} ended with ${status}; what had requests before has them still`);
    },
  };
}

/** Dry run of a Service: prints the commands and assumes that applied revisions are ready. */
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

async function podsOf(service: string, namespace: string): Promise<LivePod[]> {
  const selected = ['-n', namespace, '-l', `serving.knative.dev/service=${service}`];
  return (await json<{ items: LivePod[] }>('kubectl', ['get', 'pods', ...selected])).items;
}

const json = async <T>(program: string, args: readonly string[]): Promise<T> =>
  JSON.parse((await promisify(execFile)(program, [...args, '-o', 'json'], { maxBuffer: maxOutputBytes })).stdout) as T;

/** Parses kn's JSON output; undefined when the object does not exist. */
async function read<T>(args: string[]): Promise<T | undefined> {
  try {
    return await json<T>('kn', args);
  } catch (error) {
    const said = String((error as { stderr?: string }).stderr ?? error).trim();
    if (said.includes('not found')) return undefined;
    throw new DeployError(said);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { kubectl } from '../../kubectl.ts';
import { eventingNamespace } from './check-cluster.ts';
import { type ClusterKill, eventingParts } from './cluster-plan.ts';

export interface KillOptions {
  namespace: string;
  /** Which of several pods, 0 ≤ n < 1. */
  which: number;
  /** Wakes a function that sleeps. */
  wake: (name: string) => void;
  /** Resolves when it is to happen. */
  ready: () => Promise<void>;
}

const wakeMs = 10_000;
/** The server is a child of the container's first process, which then ends too. */
const killServer = 'read pid < "$PGDATA/postmaster.pid" && kill -9 "$pid"';

/**
 * Ends a pod of the target at once, without its grace period. PostgreSQL is killed inside of its container, which starts anew: its
 * pod holds the data.
 * @returns names of the pods; none when there was none
 */
export async function killPod(target: ClusterKill, { namespace, which, wake, ready }: KillOptions): Promise<string[]> {
  if (target === 'postgres') {
    await ready();
    await kubectl(['-n', namespace, 'exec', 'deployment/postgres', '--', 'sh', '-c', killServer]);
    return ['postgres'];
  }
  const eventing = (eventingParts as readonly string[]).includes(target);
  const where = eventing ? eventingNamespace : namespace;
  const selector =
    eventing || target === 'redis' ? await selectorOf(where, target) : `serving.knative.dev/service=${target}`;
  const pod = await find(where, selector, which, () => eventing || wake(target));
  if (!pod) return [];
  await ready();
  await kubectl([
    '-n',
    where,
    'delete',
    'pod',
    pod,
    '--force',
    '--grace-period=0',
    '--wait=false',
    '--ignore-not-found',
  ]);
  return [pod];
}

async function selectorOf(namespace: string, deployment: string): Promise<string> {
  const text = await kubectl([
    '-n',
    namespace,
    'get',
    'deployment',
    deployment,
    '-o',
    'jsonpath={.spec.selector.matchLabels}',
  ]);
  return Object.entries(JSON.parse(text) as Record<string, string>)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

interface Pod {
  metadata: { name: string; deletionTimestamp?: string };
  status: { phase: string };
}

async function find(namespace: string, selector: string, which: number, wake: () => void): Promise<string | undefined> {
  for (const until = Date.now() + wakeMs; Date.now() < until; await sleep(300)) {
    const { items } = JSON.parse(await kubectl(['-n', namespace, 'get', 'pods', '-l', selector, '-o', 'json'])) as {
      items: Pod[];
    };
    const running = items.filter(({ metadata, status }) => !metadata.deletionTimestamp && status.phase === 'Running');
    if (running.length > 0) return running[Math.floor(which * running.length)]?.metadata.name;
    wake();
  }
  return undefined;
}

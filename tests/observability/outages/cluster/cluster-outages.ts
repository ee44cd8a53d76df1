import { setTimeout as sleep } from 'node:timers/promises';
import type postgres from 'postgres';
import { eventingNamespace } from '../../../chaos/cluster/check-cluster.ts';
import { patiently } from '../../../chaos/cluster/patience.ts';
import { refuse } from '../../../chaos/cluster/refuse.ts';
import { kubectl } from '../../../kubectl.ts';
import { kill, pausePrograms, until } from '../../fault-injection.ts';
import { late, type Outage, slow, unavailable } from '../outages.ts';
import { podProcesses } from './pod-processes.ts';

export interface ClusterSite {
  namespace: string;
  /** The administrator's connection. */
  sql: postgres.Sql;
}

const readySeconds = 120;

async function scale(namespace: string, deployment: string, replicas: number): Promise<void> {
  const name = `deployment/${deployment}`;
  await patiently(() => kubectl(['-n', namespace, 'scale', name, `--replicas=${replicas}`]), readySeconds);
  if (replicas > 0) await kubectl(['-n', namespace, 'rollout', 'status', name, `--timeout=${readySeconds}s`]);
}

/** A Deployment has no pod until it is over. */
async function withoutPods(namespace: string, deployment: string, over: AbortSignal): Promise<void> {
  await scale(namespace, deployment, 0);
  await until(over);
  await scale(namespace, deployment, 1);
}

/** A Service leads nowhere until it is over. */
async function withoutEndpoints(namespace: string, service: string, over: AbortSignal): Promise<void> {
  const select = (labels: object) =>
    kubectl(['-n', namespace, 'patch', 'service', service, '-p', JSON.stringify({ spec: { selector: labels } })]);
  await select({ outage: 'true' });
  await until(over);
  await select({ outage: null });
}

/** Programs of pods that match, also of those that come, stand still until it is over. */
async function pause(namespace: string, selector: string, command: RegExp, over: AbortSignal): Promise<void> {
  const found = await podProcesses(namespace, selector);
  await pausePrograms(
    found.filter((each) => command.test(each.command)),
    over,
  );
}

/** Ends programs of pods, again and again, as a kernel does that has no memory for them. */
async function killAgain(namespace: string, selector: string, command: RegExp, over: AbortSignal): Promise<void> {
  for (; !over.aborted; await sleep(200))
    for (const each of await podProcesses(namespace, selector)) if (command.test(each.command)) kill(each.pid);
  await startAnew(namespace, selector);
}

/** The kubelet waits longer and longer before it starts a container again; whoever mends it does not wait. */
const startAnew = (namespace: string, selector: string): Promise<string> =>
  kubectl(['-n', namespace, 'delete', 'pods', '-l', selector, '--wait=false']);

const functions = 'serving.knative.dev/service';
const platformMap = 'configMapRef.name';

/** Every pod of a function that starts reads a variable that it refuses, until it is over. */
async function refuseVariable({ namespace }: ClusterSite, over: AbortSignal): Promise<void> {
  const names = await kubectl([
    '-n',
    namespace,
    'get',
    'services.serving.knative.dev',
    'posts',
    '-o',
    `jsonpath={.spec.template.spec.containers[0].envFrom[*].${platformMap}}`,
  ]);
  const map = names.split(' ').find((name) => name.startsWith('platform'))!;
  const set = (value: string | null) =>
    kubectl([
      '-n',
      namespace,
      'patch',
      'configmap',
      map,
      '--type=merge',
      '-p',
      JSON.stringify({ data: { OTEL_METRIC_EXPORT_INTERVAL: value } }),
    ]);
  await set('never');
  await startAnew(namespace, functions);
  await until(over);
  await set(null);
  await startAnew(namespace, functions);
}

export const clusterOutages: Readonly<Record<string, Outage<ClusterSite>>> = {
  database: {
    what: "PostgreSQL's Service leads nowhere, and its sessions are ended",
    cause: ['DatabaseUnreachable', 'PostgresDown'],
    tells: ['FunctionNotReady', ...unavailable, ...slow, ...late],
    async plant({ namespace, sql }, over) {
      const gone = withoutEndpoints(namespace, 'postgres', over);
      await sleep(2_000);
      await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename IS NOT NULL`;
      await gone;
    },
  },
  hung: {
    what: 'every process of PostgreSQL stands still (SIGSTOP)',
    cause: ['DatabaseUnreachable', 'PostgresDown'],
    tells: ['FunctionNotReady', ...unavailable, ...slow, ...late],
    plant: ({ namespace }, over) => pause(namespace, 'app=postgres', /postgres/, over),
  },
  crash: {
    what: 'every function refuses a variable when it starts',
    cause: ['FunctionNotReady'],
    tells: ['RelaySilent', 'PodRestarts', ...unavailable, ...slow, ...late],
    plant: refuseVariable,
  },
  'redis-gone': {
    what: 'Redis has no pod',
    cause: ['RedisDown'],
    tells: ['WritesSlow', 'LoginsSlow'],
    plant: ({ namespace }, over) => withoutPods(namespace, 'redis', over),
  },
  redis: {
    what: 'Redis stands still (SIGSTOP)',
    cause: ['RedisDown'],
    tells: ['WritesSlow', 'LoginsSlow'],
    plant: ({ namespace }, over) => pause(namespace, 'app=redis', /redis-server/, over),
  },
  consumer: {
    what: 'PostgreSQL does not let categories in',
    // It is not ready without its database.
    cause: ['HandlerFails', 'DatabaseUnreachable', 'FunctionNotReady'],
    tells: [...late, ...unavailable],
    plant: ({ sql }, over) =>
      refuse(sql, ['categories'], { durationMs: 0, meanwhile: () => until(over), signal: over }),
  },
  memory: {
    what: 'every process of posts is killed as soon as it runs, as for want of memory',
    cause: ['FunctionNotReady', 'PodRestarts'],
    tells: [...unavailable, ...slow, ...late],
    plant: ({ namespace }, over) => killAgain(namespace, `${functions}=posts`, /node/, over),
  },
  dispatcher: {
    what: "the Broker's dispatcher has no pod",
    cause: ['OutboxStuck'],
    tells: ['WritesSlow', 'NotArchived', ...late],
    plant: (_, over) => withoutPods(eventingNamespace, 'imc-dispatcher', over),
  },
  quiet: { what: 'nothing', cause: [], tells: [], silent: true, plant: (_, over) => until(over) },
};

import { setTimeout as sleep } from 'node:timers/promises';
import type postgres from 'postgres';
import { request } from 'undici';
import { kubectl } from '../../kubectl.ts';
import { sendEvents, toOutbox } from '../event-load.ts';
import { read } from '../reader.ts';
import type { ChaosTarget } from '../target.ts';
import { campaignHost } from './campaign-objects.ts';
import { type ClusterAddress, checkCluster, eventingNamespace } from './check-cluster.ts';
import { type ClusterStep, clusterPlan, type Experiment, planOfExperiment } from './cluster-plan.ts';
import { clusterQuiet } from './cluster-quiet.ts';
import { installRecorder, removeRecorder } from './install-recorder.ts';
import { killPod } from './kill-pods.ts';
import { observeCluster } from './observe-cluster.ts';
import { openDatabase } from './open-database.ts';
import { patiently } from './patience.ts';
import { letIn, refuse } from './refuse.ts';
import { replaceBroker } from './replace-broker.ts';
import { trustBroker } from './trust.ts';

export interface ClusterTargetOptions extends ClusterAddress {
  seed: number;
  /** One fault instead of the seed's plan. */
  experiment?: Experiment | undefined;
  /** Sending again and reconciliation are switched off. */
  trustBroker?: boolean;
  /** Events a second. */
  rate: number;
  signal: AbortSignal;
  say: (line: string) => void;
}

/** Consumers of which the campaign shuts out the roles. */
const refusable = ['categories', 'journal'];
/** Requests that wake a function that sleeps; events wake the others. */
const calls: Readonly<Record<string, [method: string, path: string, headers?: Record<string, string>]>> = {
  posts: ['GET', '/blog/api/posts'],
  categories: ['GET', '/blog/api/categories'],
  web: ['GET', '/blog/'],
  auth: ['GET', '/.well-known/jwks.json'],
  relay: ['POST', '/chaos/relay', { host: campaignHost }],
};
/** The dispatcher is restarted when a third of the time has passed. */
const restartAt = 1 / 3;
const questionMs = 1_000;

/** The platform of a namespace on the cluster that kubectl speaks to. @throws ClusterProblem when it may not or cannot be broken */
export async function openClusterTarget(options: ClusterTargetOptions): Promise<ChaosTarget> {
  const { namespace, seed, rate, signal, say } = options;
  await checkCluster(options);
  const url = options.ingress!.replace(/\/+$/, '');
  const since = new Date();
  const authors = `c${since.getTime().toString(36)}`;
  const undo: (() => Promise<void>)[] = [];
  /** Whatever fails, the rest is put back too. */
  const putBack = async () => {
    for (const each of undo.reverse())
      await each().catch((error: Error) => say(`could not be put back: ${error.message}`));
    undo.length = 0;
  };
  try {
    const sql = await openDatabase(namespace, undo);
    undo.push(() => letIn(sql, refusable));
    await letIn(sql, refusable);
    say('deploys the recorder');
    undo.push(() => removeRecorder(namespace, sql));
    await installRecorder(namespace, sql);
    if (options.trustBroker) {
      say('switches sending again and reconciliation off');
      undo.push(await trustBroker(namespace));
    }
    signal.throwIfAborted();
    return {
      url,
      authors,
      plan: options.experiment ? planOfExperiment(options.experiment) : clusterPlan(seed),
      load: (ledger, going) => [
        sendEvents({ ledger, accept: toOutbox(url, { host: campaignHost }), streams: 16, batch: 10, rate, going }),
        read({ ledger, url, going }),
      ],
      undelivered: () => within(questionMs, undelivered(sql)),
      inject: (step, ready) => inject({ ...options, url, sql }, step as ClusterStep, ready),
      quiet: (ledger) => clusterQuiet(sql, ledger, { since, say, signal }),
      observe: (ledger) => patiently(() => observeCluster(sql, ledger, { url, titles: `Post ${authors}-`, since })),
      output: () => '',
      async close() {
        say('puts everything back');
        await putBack();
        return [];
      },
    };
  } catch (error) {
    await putBack();
    throw error;
  }
}

/** Whether the recorder has emitted more than it was given back. */
async function undelivered(sql: postgres.Sql): Promise<boolean> {
  const [row] = await sql<{ some: boolean }[]>`
    SELECT (SELECT coalesce(sum(last), 0) FROM recorder.streams) > (SELECT count(*) FROM recorder.seen WHERE source = '/chaos') AS some`;
  return row?.some === true;
}

const within = <T>(ms: number, work: Promise<T>): Promise<T> =>
  Promise.race([
    work,
    sleep(ms).then(() => {
      throw new Error(`no answer within ${ms} ms`);
    }),
  ]);

interface Ground extends ClusterTargetOptions {
  url: string;
  sql: postgres.Sql;
}

async function inject(ground: Ground, step: ClusterStep, ready: () => Promise<void>): Promise<string[]> {
  const { namespace, sql, signal } = ground;
  const { fault, durationMs, which } = step;
  if (fault.kind === 'kill')
    return patiently(() => killPod(fault.target, { namespace, which, wake: (name) => wake(ground, name), ready }), 60);
  if (fault.kind === 'replace') return replaceBroker(namespace, 'default', ready);
  const roles = fault.target.split('+');
  await ready();
  await refuse(sql, roles, {
    durationMs: fault.kind === 'refuse' ? durationMs : durationMs * (1 - restartAt),
    meanwhile: async () => {
      if (fault.kind === 'refuse') return;
      await sleep(durationMs * restartAt, undefined, { signal }).catch(() => {});
      if (!signal.aborted) await kubectl(['-n', eventingNamespace, 'rollout', 'restart', 'deployment/imc-dispatcher']);
    },
    signal,
  });
  return roles;
}

function wake({ url }: Ground, name: string): void {
  const call = calls[name];
  if (!call) return;
  const [method, path, headers = {}] = call;
  const asked = request(url + path, { method, headers, signal: AbortSignal.timeout(10_000) });
  void asked.then(({ body }) => body.dump()).catch(() => {});
}

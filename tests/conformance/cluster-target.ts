import { setTimeout as sleep } from 'node:timers/promises';
import { kubectl } from '../kubectl.ts';
import { triggerManifest } from './manifests.ts';
import type { Target } from './target.ts';

export interface ClusterTargetOptions {
  /** `BROKER_URL`: the Broker's `status.address.url`, or whatever leads there. */
  ingress: string;
  /** `SINK_HOST`: where Pods of the cluster reach this machine. */
  sinkHost: string | undefined;
  /** `KUBECONFIG`: with it Triggers are made by kubectl; without it only what needs none is checked. */
  kubeconfig: string | undefined;
  broker: string | undefined;
  namespace: string | undefined;
  /** Pause after a Trigger became ready, in ms; 4 s unless told. */
  settleMs?: number;
  /** Pause until nothing more is expected, in ms; 5 s unless told. */
  quietMs?: number;
}

/** Any Knative broker, by its URL. */
export async function clusterTarget(options: ClusterTargetOptions): Promise<Target> {
  const { ingress, sinkHost = '127.0.0.1', kubeconfig, settleMs = 4_000, quietMs = 5_000 } = options;
  const [, inPath, nameInPath] = new URL(ingress).pathname.split('/');
  const broker = options.broker ?? (nameInPath || 'default');
  const namespace = options.namespace ?? (inPath || 'default');
  let made = 0;

  const subscribe: Target['subscribe'] = async (url, spec) => {
    const name = `conformance-${process.pid}-${++made}`;
    await kubectl(['apply', '-f', '-'], JSON.stringify(triggerManifest({ name, url, spec, broker, namespace })));
    await kubectl([
      'wait',
      '--for=condition=Ready',
      `trigger.eventing.knative.dev/${name}`,
      '-n',
      namespace,
      '--timeout=60s',
    ]);
    // Ready says that it is written down, not that the part of the broker that delivers has read it.
    await sleep(settleMs);
    return async () => {
      await kubectl(['delete', 'trigger.eventing.knative.dev', name, '-n', namespace, '--wait=false']);
    };
  };
  return {
    ingress,
    local: false,
    sinkHost,
    ...(kubeconfig ? { subscribe } : {}),
    now: Date.now,
    slackMs: 2_000,
    pass: () => sleep(50),
    quiet: () => sleep(quietMs),
    close: async () => {},
  };
}

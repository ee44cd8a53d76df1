import { kubectl } from '../../kubectl.ts';
import { eventingParts } from './cluster-plan.ts';
import { type Conditioned, notReady } from './readiness.ts';

export interface ClusterAddress {
  namespace: string;
  /** The kube context that may be broken, as somebody named it. */
  allowed?: string | undefined;
  /** `INGRESS`: where people reach the blog. */
  ingress: string | undefined;
}

/** Namespace of Knative Eventing. */
export const eventingNamespace = 'knative-eventing';

/** What keeps a campaign from being run; its message is for people. */
export class ClusterProblem extends Error {}

const functions = ['auth', 'categories', 'journal', 'posts', 'relay', 'web'];

/** Looks whether this is a cluster that a campaign may break, and can. @throws ClusterProblem */
export async function checkCluster({ namespace, allowed, ingress }: ClusterAddress): Promise<void> {
  const context = await ask('config', 'current-context').catch((error: Error) => {
    throw new ClusterProblem(
      error.message.includes('ENOENT')
        ? 'there is no kubectl on the PATH'
        : `kubectl knows no cluster: set KUBECONFIG to its file (${error.message})`,
    );
  });
  if (allowed !== context)
    throw new ClusterProblem(
      `this kills pods in the namespace ${namespace} and in ${eventingNamespace} of the context ${context}: say so with --yes ${context}`,
    );
  if (!ingress)
    throw new ClusterProblem('the environment variable INGRESS is missing: http://HOST:PORT of the gateway');
  const own = (...args: string[]) => ask('--namespace', namespace, ...args);
  await ask('get', 'namespace', namespace).catch((error: Error) => {
    throw new ClusterProblem(`the namespace ${namespace} cannot be read: ${error.message}`);
  });
  const { items } = JSON.parse(
    await own(
      'get',
      'services.serving.knative.dev,triggers.eventing.knative.dev,brokers.eventing.knative.dev',
      '-o',
      'json',
    ),
  ) as { items: (Conditioned & { metadata: { annotations?: Record<string, string> } })[] };
  const names = new Set(items.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name));
  const absent = functions.filter((name) => !names.has(name));
  if (absent.length > 0)
    throw new ClusterProblem(
      `the namespace ${namespace} has no platform: the Services ${absent.join(', ')} are missing`,
    );
  const waiting = notReady(items);
  if (waiting.length > 0) throw new ClusterProblem(`the platform is not Ready: ${waiting.join('; ')}`);
  const kind = items.find(({ kind }) => kind === 'Broker')?.metadata.annotations?.['eventing.knative.dev/broker.class'];
  if (kind !== 'MTChannelBasedBroker')
    throw new ClusterProblem(
      `the Broker is of class ${kind}: this campaign knows how to break MTChannelBasedBroker only`,
    );
  await ask('--namespace', eventingNamespace, 'get', 'deployments', ...eventingParts).catch((error: Error) => {
    throw new ClusterProblem(`the parts of the Broker are not there: ${error.message}`);
  });
  await own('get', 'deployments', 'postgres', 'redis').catch(() => {
    throw new ClusterProblem(
      `PostgreSQL and Redis of the namespace ${namespace} are not its own: the campaign needs the components postgres and redis`,
    );
  });
  const reply = await fetch(`${ingress}/health`, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
  if (reply?.status !== 200) throw new ClusterProblem(`${ingress}/health does not answer 200: is INGRESS the gateway?`);
}

const ask = async (...args: string[]) => (await kubectl(args)).trim();

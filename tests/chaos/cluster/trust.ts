import { kubectl } from '../../kubectl.ts';
import { ClusterProblem } from './check-cluster.ts';
import { patiently } from './patience.ts';

interface Variable {
  name: string;
  value?: string;
}

/** What is changed so that the Broker has the last copy of an event: relay believes its 202, and the journal compares nothing. */
const trusting: Readonly<Record<string, Variable>> = {
  relay: { name: 'ACKNOWLEDGED_BY', value: 'broker' },
  journal: { name: 'RECONCILE_AFTER_SECONDS', value: '86400' },
};

/** The list with one variable as it shall be. */
export const withVariable = (env: readonly Variable[], variable: Variable): Variable[] => [
  ...env.filter(({ name }) => name !== variable.name),
  variable,
];

/** Switches sending again and reconciliation off. @returns puts the Services back as they were */
export async function trustBroker(namespace: string): Promise<() => Promise<void>> {
  const before = new Map<string, Variable[] | undefined>();
  for (const [name, variable] of Object.entries(trusting)) {
    const env = await environment(namespace, name);
    if (env?.some((each) => each.name === variable.name && each.value === variable.value))
      throw new ClusterProblem(
        `the Service ${name} has ${variable.name}=${variable.value} already, perhaps of a campaign that was killed: apply its overlay again`,
      );
    before.set(name, env);
  }
  const back = async () => {
    for (const [name, env] of before) await change(namespace, name, env);
  };
  try {
    for (const [name, variable] of Object.entries(trusting))
      await change(namespace, name, withVariable(before.get(name) ?? [], variable));
  } catch (error) {
    await back();
    throw error;
  }
  return back;
}

const readySeconds = 180;
const path = '/spec/template/spec/containers/0/env';

async function environment(namespace: string, name: string): Promise<Variable[] | undefined> {
  const service = JSON.parse(await kubectl(['--namespace', namespace, 'get', 'ksvc', name, '-o', 'json'])) as {
    spec: { template: { spec: { containers: { env?: Variable[] }[] } } };
  };
  return service.spec.template.spec.containers[0]?.env;
}

async function change(namespace: string, name: string, env: Variable[] | undefined): Promise<void> {
  const there = (await environment(namespace, name)) !== undefined;
  if (!there && env === undefined) return;
  const operation = env === undefined ? { op: 'remove', path } : { op: 'add', path, value: env };
  await kubectl(['--namespace', namespace, 'patch', 'ksvc', name, '--type=json', '-p', JSON.stringify([operation])]);
  await patiently(async () => {
    if (!(await serves(namespace, name))) throw new Error(`the new revision of ${name} does not get ready`);
  }, readySeconds);
}

/** Whether the newest revision is ready; the word Ready may still be about the one before. */
async function serves(namespace: string, name: string): Promise<boolean> {
  const { metadata, status } = JSON.parse(
    await kubectl(['--namespace', namespace, 'get', 'ksvc', name, '-o', 'json']),
  ) as {
    metadata: { generation: number };
    status: { observedGeneration?: number; latestCreatedRevisionName?: string; latestReadyRevisionName?: string };
  };
  return (
    status.observedGeneration === metadata.generation &&
    status.latestCreatedRevisionName === status.latestReadyRevisionName
  );
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { needs } from '@dormouse/tests/needs';
import { describe, expect, test } from 'vitest';
import { kustomize } from './kubectl.ts';
import { runLua } from './lua.fixture.ts';

const folder = join(import.meta.dirname, '../gitops/argo-cd');
const script = (name: string) => readFileSync(join(folder, 'health', `${name}.lua`), 'utf8');

interface Health {
  status: string;
  message: string;
}

/** A value as Lua writes it. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `{${value.map(literal).join(', ')}}`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, inner]) => `[${JSON.stringify(key)}] = ${literal(inner)}`)
    .join(', ')}}`;
}

/** Runs a script as Argo CD does: the object is `obj`. */
function healthOf(name: string, object: object): Health {
  const program = `
    local obj = ${literal(object)}
    local function health()
      ${script(name)}
    end
    local found = health()
    return found.status .. "\\n" .. found.message`;
  const [status = '', message = ''] = runLua(program).split('\n');
  return { status, message };
}

type Condition = readonly [type: string, status: string, reason?: string, message?: string];

const object = (
  kind: string,
  conditions: readonly Condition[] | undefined,
  more: { status?: object; metadata?: object } = {},
) => ({
  kind,
  metadata: { name: 'one', generation: 2, ...more.metadata },
  ...(conditions && {
    status: {
      observedGeneration: 2,
      conditions: conditions.map(([type, status, reason, message]) => ({
        type,
        status,
        ...(reason && { reason }),
        ...(message && { message }),
      })),
      ...more.status,
    },
  }),
});

const well: Readonly<Record<string, readonly Condition[]>> = {
  Service: [
    ['ConfigurationsReady', 'True'],
    ['Ready', 'True'],
    ['RoutesReady', 'True'],
  ],
  Broker: [
    ['Addressable', 'True'],
    ['DeadLetterSinkResolved', 'True'],
    ['Ready', 'True'],
  ],
  Trigger: [
    ['BrokerReady', 'True'],
    ['SubscriberResolved', 'True'],
    ['Ready', 'True'],
  ],
  PingSource: [
    ['SinkProvided', 'True'],
    ['ValidSchedule', 'True'],
    ['Ready', 'True'],
  ],
};
const kinds = Object.keys(well);
const changed = (kind: string, type: string, ...to: [status: string, reason?: string, message?: string]): Condition[] =>
  well[kind]!.map((each) => (each[0] === type ? [type, ...to] : each));

describe.each(kinds)('the health of a %s', (kind) => {
  test.each([
    ['ready', object(kind, well[kind]), 'Healthy'],
    ['not ready yet', object(kind, changed(kind, 'Ready', 'Unknown', 'Deploying')), 'Progressing'],
    ['broken', object(kind, changed(kind, 'Ready', 'False', 'NotFound', 'there is no such thing')), 'Degraded'],
    [
      'without a word of readiness',
      object(
        kind,
        well[kind]!.filter(([type]) => type !== 'Ready'),
      ),
      'Progressing',
    ],
    ['new', object(kind, undefined), 'Progressing'],
    ['new, with a status that says nothing', { ...object(kind, undefined), status: {} }, 'Progressing'],
    [
      'changed since its controller looked',
      object(kind, well[kind], { status: { observedGeneration: 1 } }),
      'Progressing',
    ],
    [
      'being deleted',
      object(kind, well[kind], { metadata: { deletionTimestamp: '2026-11-29T18:00:00Z' } }),
      'Progressing',
    ],
    [
      'broken before it was changed',
      object(kind, changed(kind, 'Ready', 'False'), { status: { observedGeneration: 1 } }),
      'Progressing',
    ],
  ])('%s', (_, given, status) => {
    expect(healthOf('knative', given)).toMatchObject({ status });
  });

  test('says what is broken, and why', () => {
    const given = object(kind, changed(kind, 'Ready', 'False', 'NotFound', 'there is no such thing'));
    expect(healthOf('knative', given).message).toBe('Ready is False (NotFound): there is no such thing. ');
  });
});

test.each(['ConfigurationsReady', 'RoutesReady'])('a Service that is ready is not healthy while %s is not', (type) => {
  expect(healthOf('knative', object('Service', changed('Service', type, 'Unknown')))).toMatchObject({
    status: 'Progressing',
  });
  const broken = object(
    'Service',
    changed('Service', type, 'False', 'RevisionFailed', 'Revision "posts-00002" failed'),
  );
  expect(healthOf('knative', broken)).toEqual({
    status: 'Degraded',
    message: `${type} is False (RevisionFailed): Revision "posts-00002" failed. `,
  });
});

test('conditions that only inform make no Trigger unhealthy', () => {
  const given = object('Trigger', [...well.Trigger!, ['OIDCIdentityCreated', 'Unknown']]);
  expect(healthOf('knative', given)).toMatchObject({ status: 'Healthy' });
});

describe('the health of an Application', () => {
  const application = (health?: string, sync = 'Synced') => ({
    kind: 'Application',
    metadata: {},
    ...(health && { status: { health: { status: health, message: 'why' }, sync: { status: sync } } }),
  });
  test.each([
    ['without a status', application(), 'Progressing'],
    ['healthy and synced', application('Healthy'), 'Healthy'],
    ['healthy, since nothing is applied', application('Healthy', 'OutOfSync'), 'Progressing'],
    ['broken', application('Degraded'), 'Degraded'],
    ['broken, and not synced', application('Degraded', 'OutOfSync'), 'Degraded'],
    ['on its way', application('Progressing'), 'Progressing'],
    ['being deleted', { ...application('Healthy'), metadata: { deletionTimestamp: 'now' } }, 'Progressing'],
  ])('%s', (_, given, status) => {
    expect(healthOf('application', given)).toMatchObject({ status });
  });
});

test('Argo CD is given these scripts for the kinds that they are for', needs('kubectl'), async () => {
  const settings = (await kustomize(folder)).find(({ metadata }) => metadata.name === 'argocd-cm') as unknown as {
    metadata: object;
    data: Record<string, string>;
  };
  expect(settings.metadata).toMatchObject({ namespace: 'argocd', labels: { 'app.kubernetes.io/part-of': 'argocd' } });
  const health = Object.entries(settings.data).filter(([key]) => key.startsWith('resource.customizations.health.'));
  expect(
    Object.fromEntries(health.map(([key, text]) => [key.slice('resource.customizations.health.'.length), text])),
  ).toEqual({
    'argoproj.io_Application': script('application'),
    'serving.knative.dev_Service': script('knative'),
    'eventing.knative.dev_Broker': script('knative'),
    'eventing.knative.dev_Trigger': script('knative'),
    'sources.knative.dev_PingSource': script('knative'),
  });
});

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startedIn, writtenFolder } from './platform.fixture.ts';
import type { RunningPlatform } from './platform.ts';

/** The shape of knative/docs' JobSink, behind a Broker, and programs that say what they were given. */
const repository: Record<string, string> = {
  'k8s/sinks.yaml': `
apiVersion: sinks.knative.dev/v1alpha1
kind: JobSink
metadata: { name: logger }
spec:
  job:
    metadata: { labels: { of: samples } }
    spec:
      completions: 1
      parallelism: 1
      backoffLimit: 1
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: main
              image: registry.example/samples/logger:5
              args: [/etc/jobsink-event/event, /var/own]
              volumeMounts: [{ name: own, mountPath: /var/own }]
          volumes: [{ name: own, emptyDir: {} }]
---
apiVersion: eventing.knative.dev/v1
kind: Broker
metadata: { name: default }
---
apiVersion: eventing.knative.dev/v1
kind: Trigger
metadata: { name: to-jobs }
spec:
  broker: default
  subscriber: { ref: { apiVersion: sinks.knative.dev/v1alpha1, kind: JobSink, name: logger } }
---
apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: teller }
spec:
  template:
    spec:
      containers:
        - image: registry.example/samples/teller
          env: [{ name: SINK, value: "http://job-sink.knative-eventing.svc.cluster.local/default/logger" }]
`,
  'logger/index.js': `
const { appendFileSync, readFileSync, writeFileSync, readdirSync } = require('fs');
const [, , file, own] = process.argv;
const event = JSON.parse(readFileSync(file, 'utf8'));
const say = (word) => appendFileSync(__dirname + '/../lines', word + ' ' + event.id + '\\n');
console.log('got ' + event.type + ' ' + JSON.stringify(event.data) + ' ' + process.env.K_EXECUTION_MODE + ' ' + readdirSync(own).length);
if (readFileSync(process.env.K_EVENT_PATH + '/event', 'utf8') !== readFileSync(file, 'utf8')) throw new Error('K_EVENT_PATH leads elsewhere');
writeFileSync(own + '/mine', '');
say('began');
if (event.data.wait) setTimeout(() => say('ended'), event.data.wait);
if (event.data.fail) { console.error('no paper'); process.exitCode = 3; }
`,
  'teller/index.js': `require('http').createServer((request, response) => response.end(process.env.SINK)).listen(process.env.PORT);`,
};

let folder: string;
let platform: RunningPlatform;
const start = async () => {
  platform = await startedIn(folder);
};
beforeAll(async () => {
  folder = writtenFolder('job-sinks', repository);
  await start();
});
afterAll(async () => {
  await platform?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const linesOf = (word: string) =>
  existsSync(join(folder, 'lines'))
    ? readFileSync(join(folder, 'lines'), 'utf8')
        .split('\n')
        .filter((line) => line.startsWith(`${word} `))
    : [];
/** Where Services find the JobSink. */
const sink = async () => {
  const { hostname, port } = new URL(platform.url);
  return new Promise<string>((resolve, reject) =>
    get({ hostname, port, headers: { host: 'teller.default.localhost' } }, async (response) =>
      resolve(await text(response)),
    ).on('error', reject),
  );
};
const post = (to: string, id: string, data: object, headers: Record<string, string> = {}) =>
  fetch(to, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': id,
      'ce-source': '/tests/one',
      'ce-type': 'paper',
      ...headers,
    },
    body: JSON.stringify(data),
  });
const state = async (to: string, location: string) => {
  const response = await fetch(new URL(to).origin + new URL(to).pathname.replace('/default/logger', location));
  return [response.status, response.headers.get('reason')];
};

describe('a JobSink', () => {
  it('runs its Job for an event of a Broker, with the event mounted', async () => {
    const token = readFileSync(join(folder, 'home/access-token'), 'utf8').trim();
    const answer = await post(platform.brokerUrls[0]!, 'a', { n: 1 }, { authorization: `Bearer ${token}` });
    expect(answer.status).toBe(202);
    await eventually(() => linesOf('began').includes('began a'), 'the Job');
    const logs = async () =>
      ((await (await fetch(`${platform.consoleUrl}/api/logs?service=logger`)).json()) as { message: string }[]).map(
        ({ message }) => message,
      );
    await eventually(async () => (await logs()).length > 0, 'its output');
    expect(await logs()).toContain('got paper {"n":1} batch 0');
  });

  it('takes an event once, and says what became of its Job', async () => {
    const to = await sink();
    const answers = await Promise.all([post(to, 'b', {}), post(to, 'b', {})]);
    const locations = answers.map(({ status, headers }) => [status, headers.get('location')]);
    const location = '/namespaces/default/name/logger/sources/%2Ftests%2Fone/ids/b';
    expect(locations).toEqual(Array(2).fill([202, location]));
    await eventually(async () => (await state(to, location))[0] === 200, 'its end');
    expect(await state(to, location)).toEqual([200, 'Complete']);
    expect((await post(to, 'b', {})).status).toBe(202);
    expect(linesOf('began').filter((line) => line === 'began b')).toHaveLength(1);
    expect(await state(to, location.replace('ids/b', 'ids/other'))).toEqual([404, null]);
  });

  it('tries a Job again as its backoffLimit says, and keeps nothing of its volumes', async () => {
    const to = await sink();
    const location = (await post(to, 'c', { fail: true })).headers.get('location')!;
    await eventually(async () => (await state(to, location))[0] === 400, 'its end');
    expect(await state(to, location)).toEqual([400, 'Failed']);
    expect(linesOf('began').filter((line) => line === 'began c')).toHaveLength(2);
    expect(platform.services().find(({ revision }) => revision === 'JobSink')).toMatchObject({
      name: 'logger',
      state: 'failed',
      cause: { words: expect.stringMatching(/^Job logger-[0-9a-f]{32} failed: no paper$/) },
    });
    const kept = readdirSync(join(folder, 'home/job-sinks/default_logger'), { recursive: true }) as string[];
    expect(kept.filter((name) => name.endsWith('mine'))).toEqual([]);
  });

  it.each([
    ['a batch', '', { 'content-type': 'application/cloudevents-batch+json' }],
    ['what is no event', '', { 'ce-specversion': '' }],
    ['an event for another', 'x', {}],
  ])('refuses %s', async (_, path, headers) => {
    expect((await post((await sink()) + path, 'd', {}, headers)).status).toBe(400);
  });

  it('runs four Jobs at once, and goes on with those that had not ended after a restart', async () => {
    const to = await sink();
    const ids = ['1', '2', '3', '4', '5'];
    for (const id of ids) expect((await post(to, id, { wait: 60_000 })).status).toBe(202);
    await eventually(() => ids.slice(0, 4).every((id) => linesOf('began').includes(`began ${id}`)), 'four Jobs');
    expect(platform.services().find(({ name }) => name === 'logger')).toMatchObject({ instances: 4, wanted: 5 });
    expect(linesOf('began')).not.toContain('began 5');
    await platform.stop();
    rmSync(join(folder, 'lines'));
    for (const each of readdirSync(join(folder, 'home/job-sinks/default_logger'))) {
      const file = join(folder, 'home/job-sinks/default_logger', each, 'event/event');
      writeFileSync(file, readFileSync(file, 'utf8').replace('60000', '1'));
    }
    await start();
    await eventually(() => linesOf('ended').length === 5, 'all five');
    expect(linesOf('ended').sort()).toEqual(ids.map((id) => `ended ${id}`));
  });
});

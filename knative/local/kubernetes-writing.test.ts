import { execFile } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { get as httpGet, request } from 'node:http';
import { join } from 'node:path';
import { needs } from '@dormouse/tests/needs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startedIn, writtenFolder } from './platform.fixture.ts';
import type { RunningPlatform } from './platform.ts';

const service = (name: string, image: string, greeting: string) => `
apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: ${name} }
spec: { template: { spec: { containers: [{ image: test/${image}, env: [{ name: GREETING, value: ${greeting} }] }] } } }
`;
const files: Record<string, string> = {
  'k8s/web.yaml': service('web', 'web', 'files'),
  'k8s/broker.yaml': 'apiVersion: eventing.knative.dev/v1\nkind: Broker\nmetadata: { name: default }\n',
  'k8s/platform.yaml': 'images: { test/web: { folder: ../web, command: node server.js } }',
  'web/server.js':
    "require('http').createServer((_, r) => r.end(process.env.GREETING)).listen(process.env.PORT); process.on('SIGTERM', () => process.exit(0));",
};
let folder: string;
let platform: RunningPlatform;
const start = async () => {
  platform = await startedIn(folder);
};
beforeAll(async () => {
  folder = writtenFolder('written', files);
  await start();
});
afterAll(async () => {
  await platform?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const token = () => readFileSync(join(folder, 'home/access-token'), 'utf8').trim();
const ksvc = '/apis/serving.knative.dev/v1/namespaces/default/services';
const triggers = '/apis/eventing.knative.dev/v1/namespaces/default/triggers';
// biome-ignore lint/suspicious/noExplicitAny: documents of another program's API
type Document = any;
const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
  const response = await fetch(platform.kubernetesUrl + path, {
    method,
    headers: { authorization: `Bearer ${token()}`, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { code: response.status, body: (await response.json()) as Document };
};
const patch = (path: string, type: string, body: unknown) =>
  call('PATCH', path, body, { 'content-type': `application/${type}` });
const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 30_000, interval: 50 });
const ask = (name: string) =>
  new Promise<string>((done, failed) => {
    const { port } = new URL(platform.url);
    httpGet({ host: '127.0.0.1', port, headers: { host: `${name}.default.localhost:${port}` } }, (response) => {
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (part: string) => (text += part))
        .on('end', () => done(text));
    }).on('error', failed);
  });
const object = (name: string, greeting: string, image = 'web'): Document => ({
  apiVersion: 'serving.knative.dev/v1',
  kind: 'Service',
  metadata: { name },
  spec: {
    template: { spec: { containers: [{ image: `test/${image}`, env: [{ name: 'GREETING', value: greeting }] }] } },
  },
});
const readyOf = async (path: string) =>
  (await call('GET', path)).body.status?.conditions?.find(({ type }: Document) => type === 'Ready');
const trigger = (name: string, to: string): Document => ({
  apiVersion: 'eventing.knative.dev/v1',
  kind: 'Trigger',
  metadata: { name },
  spec: { broker: 'default', subscriber: { ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: to } } },
});

describe('what is written through the Kubernetes API', () => {
  it('runs: a Service that is created, changed and deleted', async () => {
    expect(await call('POST', ksvc, object('hello', 'first'))).toMatchObject({
      code: 201,
      body: { metadata: { generation: 1 } },
    });
    await eventually(async () => expect(await readyOf(`${ksvc}/hello`)).toMatchObject({ status: 'True' }));
    expect(await ask('hello')).toBe('first');
    expect(await call('POST', ksvc, object('hello', 'again'))).toMatchObject({
      code: 409,
      body: { reason: 'AlreadyExists' },
    });
    const { body } = await call('GET', `${ksvc}/hello`);
    body.spec.template.spec.containers[0].env[0].value = 'second';
    expect(await call('PUT', `${ksvc}/hello`, body)).toMatchObject({
      code: 200,
      body: { metadata: { generation: 2 } },
    });
    expect(
      await call('PUT', `${ksvc}/hello`, { ...body, metadata: { ...body.metadata, labels: { a: 'b' } } }),
    ).toMatchObject({
      code: 409,
      body: { reason: 'Conflict' },
    });
    await eventually(async () => expect(await ask('hello')).toBe('second'));
    expect((await call('GET', `${ksvc}/hello`)).body.status.latestCreatedRevisionName).toBe('hello-00002');
    expect(await call('DELETE', `${ksvc}/hello`)).toMatchObject({ code: 200, body: { status: 'Success' } });
    expect((await call('GET', `${ksvc}/hello`)).code).toBe(404);
    await eventually(() => expect(platform.services().map(({ name }) => name)).toEqual(['web']));
  });

  it('takes the place of an object of the files, until it says the same or that is deleted', async () => {
    expect(
      (await patch(`${ksvc}/web`, 'merge-patch+json', { metadata: { labels: { a: 'b' } } })).body.metadata.labels,
    ).toEqual({ a: 'b' });
    const add = [{ op: 'replace', path: '/spec/template/spec/containers/0/env/0/value', value: 'written' }];
    expect((await patch(`${ksvc}/web`, 'json-patch+json', add)).code).toBe(200);
    await eventually(async () => expect(await ask('web')).toBe('written'));
    await platform.stop();
    await start();
    expect(await ask('web')).toBe('written');
    expect((await call('DELETE', `${ksvc}/web`)).code).toBe(200);
    await eventually(() => expect(platform.services()).toEqual([]));
    expect((await call('POST', ksvc, object('web', 'files'))).code).toBe(201);
    await eventually(async () => expect(await ask('web')).toBe('files'));
  });

  it('may come in any order: a Trigger is not ready until its subscriber is there', async () => {
    expect((await call('POST', triggers, trigger('early', 'late'))).code).toBe(201);
    await eventually(async () =>
      expect(await readyOf(`${triggers}/early`)).toMatchObject({
        status: 'False',
        message: expect.stringContaining('"late"'),
      }),
    );
    await call('POST', ksvc, object('late', 'late'));
    await eventually(async () => expect(await readyOf(`${triggers}/early`)).toMatchObject({ status: 'True' }));
    await call('DELETE', `${ksvc}/late`);
    await eventually(async () => expect(await readyOf(`${triggers}/early`)).toMatchObject({ status: 'False' }));
    await call('DELETE', `${triggers}/early`);
  });

  it('whose image has no program is not ready, and what ran before goes on', async () => {
    await call('POST', ksvc, object('lost', 'x', 'nowhere'));
    // kn waits for a change to False: what has failed at once is not known at once.
    expect(await readyOf(`${ksvc}/lost`)).toMatchObject({ status: 'Unknown' });
    await eventually(async () =>
      expect(await readyOf(`${ksvc}/lost`)).toMatchObject({
        status: 'False',
        reason: 'RevisionFailed',
        message: expect.stringContaining('Unable to fetch image: test/nowhere: no program is known for this image'),
      }),
    );
    expect((await call('GET', `${ksvc}/lost`)).body.status.url).toMatch(/^http:\/\/lost\.default\.localhost:\d+$/);
    await call('DELETE', `${ksvc}/lost`);
    await call('POST', ksvc, object('kept', 'before'));
    await eventually(async () => expect(await ask('kept')).toBe('before'));
    await patch(`${ksvc}/kept`, 'merge-patch+json', object('kept', 'after', 'nowhere'));
    await eventually(async () => expect(await readyOf(`${ksvc}/kept`)).toMatchObject({ status: 'False' }));
    expect(await ask('kept')).toBe('before');
    await call('DELETE', `${ksvc}/kept`);
  });

  it('is refused with a Status that names the field, and nothing changes', async () => {
    const wrong = object('wrong', 'x');
    wrong.spec.template.spec.containerConcurrency = -1;
    expect(await call('POST', ksvc, wrong)).toMatchObject({
      code: 422,
      body: {
        kind: 'Status',
        reason: 'Invalid',
        message: expect.stringContaining(
          'Service.serving.knative.dev "wrong" is invalid: spec.template.spec.containerConcurrency',
        ),
        details: { causes: [{ field: 'spec.template.spec.containerConcurrency' }] },
      },
    });
    const refused: [string, string, unknown, number][] = [
      ['POST', ksvc, { ...object('a', 'x'), kind: 'Trigger' }, 400],
      ['POST', ksvc, { ...object('a', 'x'), metadata: { name: 'a', namespace: 'other' } }, 400],
      ['POST', ksvc, { ...object('a', 'x'), metadata: { name: '../../a' } }, 422],
      ['POST', ksvc, { ...object('a', 'x'), metadata: {} }, 422],
      ['POST', ksvc, 'no json', 400],
      ['POST', ksvc, '[]', 400],
      ['PUT', `${ksvc}/web`, object('other', 'x'), 400],
      ['PUT', `${ksvc}/none`, object('none', 'x'), 404],
      ['DELETE', `${ksvc}/none`, undefined, 404],
      ['DELETE', ksvc, undefined, 405],
      ['POST', ksvc.replace('services', 'revisions'), object('a', 'x'), 405],
      ['POST', `${ksvc}?dryRun=Some`, object('a', 'x'), 400],
      ['POST', ksvc, object('a', 'x'.repeat(4_000_000)), 413],
    ];
    for (const [method, path, body, code] of refused)
      expect(await call(method, path, body), `${method} ${path}`).toMatchObject({
        code,
        body: { kind: 'Status', code },
      });
    expect((await patch(`${ksvc}/web`, 'strategic-merge-patch+json', {})).code).toBe(415);
    expect((await call('POST', `${ksvc}?dryRun=All`, object('dry', 'x'))).code).toBe(201);
    expect((await call('GET', ksvc)).body.items.map(({ metadata }: Document) => metadata.name)).toEqual(['web']);
  });

  it('may be a SinkBinding of what is not there yet', async () => {
    const bindings = '/apis/sources.knative.dev/v1/namespaces/default/sinkbindings';
    const { body } = await call('POST', bindings, {
      ...{ apiVersion: 'sources.knative.dev/v1', kind: 'SinkBinding', metadata: { name: 'bound' } },
      spec: {
        subject: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'later' },
        sink: { ref: { apiVersion: 'eventing.knative.dev/v1', kind: 'Broker', name: 'default' } },
      },
    });
    expect(body.spec.subject.namespace).toBe('default');
    await eventually(async () =>
      expect(await readyOf(`${bindings}/bound`)).toMatchObject({ status: 'False', reason: 'SubjectMissing' }),
    );
    await call('POST', ksvc, object('later', 'x'));
    await eventually(async () => expect(await readyOf(`${bindings}/bound`)).toMatchObject({ status: 'True' }));
    await call('DELETE', `${bindings}/bound`);
    await call('DELETE', `${ksvc}/later`);
  });

  it('has a name of its own with generateName', async () => {
    const { body } = await call('POST', triggers, { ...trigger('', 'web'), metadata: { generateName: 'made-' } });
    expect(body.metadata.name).toMatch(/^made-[a-z0-9]{5}$/);
    await call('DELETE', `${triggers}/${body.metadata.name}`);
  });

  it('is written by who knows the secret, and by no page', async () => {
    const { port } = new URL(platform.kubernetesUrl);
    const codeOf = (path: string, headers: Record<string, string>) =>
      new Promise<number>((done, failed) => {
        request({ host: '127.0.0.1', port, path, method: 'POST', headers }, (response) =>
          done(response.resume().statusCode!),
        )
          .on('error', failed)
          .end(JSON.stringify(object('by-page', 'x')));
      });
    const json = { 'content-type': 'application/json' };
    expect(await codeOf(ksvc, json)).toBe(401);
    expect(await codeOf(`/${'0'.repeat(64)}${ksvc}`, json)).toBe(401);
    const known = `/${token()}${ksvc}`;
    expect(await codeOf(known, { ...json, origin: 'http://evil.example' })).toBe(403);
    expect(await codeOf(known, { ...json, host: 'rebound.example' })).toBe(421);
    expect(await codeOf(known, { 'content-type': 'text/plain' })).toBe(415);
    expect((await call('GET', `${ksvc}/by-page`)).code).toBe(404);
    expect(statSync(join(folder, 'home/kubeconfig')).mode & 0o777).toBe(0o600);
  });
});

describe('kubectl', needs('kubectl'), () => {
  const kubectl = (args: string[], input = '') =>
    new Promise<string>((done, failed) => {
      const env = { PATH: process.env.PATH, HOME: folder, KUBECONFIG: join(folder, 'home/kubeconfig') };
      execFile('kubectl', args, { env }, (error, stdout) => (error ? failed(error) : done(stdout))).stdin!.end(input);
    });

  it('applies, waits, changes and deletes', async () => {
    const manifests = `${service('shop', 'web', 'one')}---${JSON.stringify(trigger('sold', 'shop')).replace(/^/, '\n')}\n`;
    expect(await kubectl(['apply', '-f', '-'], manifests)).toBe(
      'service.serving.knative.dev/shop created\ntrigger.eventing.knative.dev/sold created\n',
    );
    await kubectl(['wait', 'ksvc/shop', 'trigger/sold', '--for=condition=Ready', '--timeout=60s']);
    expect(await kubectl(['apply', '-f', '-'], manifests)).toContain('shop unchanged');
    expect(await kubectl(['apply', '-f', '-'], service('shop', 'web', 'two'))).toContain('shop configured');
    await eventually(async () => expect(await ask('shop')).toBe('two'));
    expect(
      await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], service('shop', 'web', 'three')),
    ).toContain('serverside-applied');
    await eventually(async () => expect(await ask('shop')).toBe('three'));
    const words = await kubectl([
      'create',
      'configmap',
      'words',
      '--from-literal=a=b',
      '--dry-run=client',
      '-o',
      'yaml',
    ]);
    await kubectl(['create', '-f', '-'], words);
    await kubectl(['patch', 'configmap', 'words', '-p', '{"data":{"c":"d"}}']);
    expect(await kubectl(['get', 'cm', 'words', '-o', 'jsonpath={.data}'])).toBe('{"a":"b","c":"d"}');
    expect(await kubectl(['delete', 'ksvc/shop', 'trigger/sold', 'cm/words', '--timeout=30s'])).toContain(
      '"shop" deleted',
    );
    await expect(kubectl(['get', 'ksvc', 'shop'])).rejects.toThrow('not found');
  });
});

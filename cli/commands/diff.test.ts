import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dormouse } from '../dormouse.fixture.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dormouse-diff-'));
  mkdirSync(join(folder, 'k8s'));
  writeFileSync(
    join(folder, 'k8s/web.yaml'),
    `apiVersion: v1
kind: ConfigMap
metadata: { name: words }
data: { a: b }
---
apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: web }
spec: { template: { spec: { containers: [{ image: test/web, env: [{ name: GREETING, value: hi }] }] } } }
`,
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const home = () => join(folder, 'home');
let written = 0;
const put = (key: string, manifest: object | null) => {
  mkdirSync(join(home(), 'objects'), { recursive: true });
  writeFileSync(join(home(), 'objects', `${written++}.json`), JSON.stringify({ key, manifest }));
};
const diff = (...args: string[]) => dormouse(['diff', join(folder, 'k8s'), '--home', home(), ...args]);
const web = 'serving.knative.dev/Service/default/web';
const service = (container: object, spec: object = {}, metadata: object = {}) => ({
  apiVersion: 'serving.knative.dev/v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default', ...metadata },
  spec: {
    template: { spec: { containers: [{ image: 'test/web', env: [{ name: 'GREETING', value: 'hi' }], ...container }] } },
    ...spec,
  },
});

test('nothing differs where nothing was written', async () => {
  expect(await diff()).toEqual({ code: 0, out: '', err: '' });
});

test('what was added, changed and deleted is shown, with the place in the files, and the code is 1', async () => {
  put(web, service({ env: [{ name: 'GREETING', value: 'ho' }] }));
  put('/ConfigMap/default/words', null);
  put('/ConfigMap/other/more', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'more', namespace: 'other' } });
  const { code, out, err } = await diff();
  const file = join(folder, 'k8s/web.yaml');
  expect({ code, err, lines: out.trimEnd().split('\n').sort() }).toEqual({
    code: 1,
    err: '',
    lines: [
      '    spec.template.spec.containers.0.env.0.value: "hi" → "ho"',
      '+ ConfigMap other/more',
      `- ConfigMap default/words (${file}:1)`,
      `~ Service default/web (${file}:6)`,
    ],
  });
  const json = await diff('--json');
  expect(json.code).toBe(1);
  expect(JSON.parse(json.out)).toHaveLength(3);
});

test('what servers, webhooks and kn fill in is no difference', async () => {
  put(
    web,
    service(
      { name: 'user-container', resources: {}, readinessProbe: { successThreshold: 1, tcpSocket: { port: 0 } } },
      { traffic: [{ latestRevision: true, percent: 100 }] },
      {
        uid: 'u',
        generation: 4,
        creationTimestamp: '2026-01-01T00:00:00Z',
        annotations: { 'client.knative.dev/a': 'b' },
      },
    ),
  );
  expect(await diff()).toEqual({ code: 0, out: '', err: '' });
});

test('what cannot be compared is an error of its own: the code is 2, as above 1 of kubectl diff', async () => {
  put(web, service({}));
  writeFileSync(join(home(), 'objects/broken.json'), '{');
  const broken = await diff();
  expect(broken).toMatchObject({ code: 2, out: '' });
  expect(broken.err).toContain('broken.json cannot be read');
  writeFileSync(join(folder, 'k8s/web.yaml'), 'apiVersion: v1\nkind: [\n');
  const unreadable = await diff();
  expect(unreadable).toMatchObject({ code: 2, out: '' });
  expect(unreadable.err).toMatch(/web\.yaml:\d/);
  expect((await dormouse(['diff', join(folder, 'none')])).code).toBe(2);
});

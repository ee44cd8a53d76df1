import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '@dormouse/manifests/yaml/origin';
import { afterAll, expect, test } from 'vitest';
import { writtenObjects } from './written-objects.ts';

const folder = mkdtempSync(join(tmpdir(), 'written-'));
afterAll(() => rmSync(folder, { recursive: true }));
const key = `eventing.knative.dev/Broker/test/${'n'.repeat(253)}`;
const manifest = { apiVersion: 'eventing.knative.dev/v1', kind: 'Broker', metadata: { name: 'n' } } as Manifest;

test('what is written is there after a restart, and only its owner may read it', () => {
  const home = join(folder, 'kept');
  const written = writtenObjects(home);
  written.put({ key, manifest });
  written.put({ key: '/Secret/test/gone', manifest: undefined });
  writeFileSync(join(home, 'Broker_test_half.json.new'), '{"key": "a');
  expect(writtenObjects(home).all()).toEqual(
    expect.arrayContaining([
      { key, manifest },
      { key: '/Secret/test/gone', manifest: undefined },
    ]),
  );
  for (const name of readdirSync(home).filter((each) => each.endsWith('.json')))
    expect(statSync(join(home, name)).mode & 0o777).toBe(0o600);
  written.forget(key);
  expect(
    writtenObjects(home)
      .all()
      .map((each) => each.key),
  ).toEqual(['/Secret/test/gone']);
});

test('a file that somebody has broken is named', () => {
  const home = join(folder, 'broken');
  writtenObjects(home).put({ key, manifest });
  const [name = ''] = readdirSync(home);
  for (const text of ['{', 'null', '{"key":1}']) {
    writeFileSync(join(home, name), text);
    expect(() => writtenObjects(home)).toThrow(join(home, name));
  }
});

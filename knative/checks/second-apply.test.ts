import { join } from 'node:path';
import { render } from '@dormouse/manifests/kustomize/kustomize';
import { kubectl } from '@dormouse/tests/kubectl';
import { missingCluster, skippedFor } from '@dormouse/tests/needs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Manifest } from './manifest.ts';

const namespace = `second-apply-${process.pid}`;

/** What would be seen outside of the namespace, or after its end. */
const reachesOut = ({ kind }: Manifest) => ['Namespace', 'Gateway', 'VirtualService', 'PingSource'].includes(kind);

const manifests = render(join(import.meta.dirname, '../overlays/lab'))
  .map(({ manifest }) => manifest as Manifest)
  .filter((manifest) => !reachesOut(manifest))
  .map((manifest) => ({ ...manifest, metadata: { ...manifest.metadata, namespace } }));

const apply = async () =>
  (await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests })))
    .trim()
    .split('\n');

describe('[cluster] the overlay is applied', skippedFor(missingCluster()), () => {
  // The quota lets nothing run: what matters is what the API server makes of the objects.
  beforeAll(async () => {
    await kubectl(['create', 'namespace', namespace]);
    await kubectl(['create', 'quota', 'nothing', '--hard=pods=0', '-n', namespace]);
  });
  afterAll(async () => void (await kubectl(['delete', 'namespace', namespace, '--wait=false'])));

  test('and a second time, which changes nothing', async () => {
    expect(new Set((await apply()).map(lastWord))).toEqual(new Set(['created']));
    expect((await apply()).filter((line) => lastWord(line) !== 'unchanged')).toEqual([]);
  });
});

const lastWord = (line: string) => line.split(' ').at(-1);

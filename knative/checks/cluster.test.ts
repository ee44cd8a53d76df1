import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { render } from '@dormouse/manifests/kustomize/kustomize';
import { missingCluster, skippedFor } from '@dormouse/tests/needs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Manifest, nameOf } from './manifest.ts';
import { rejectedByKnative } from './planted-knative.fixture.ts';
import { dangling } from './planted-references.fixture.ts';
import { misrouted } from './planted-routing.fixture.ts';
import { misshapen } from './planted-schema.fixture.ts';
import { plant, setField } from './planting.ts';
import { restricted, violating } from './violations.fixture.ts';

const namespace = `checks-${process.pid}`;
const sound = render(join(import.meta.dirname, '../overlays/lab')).map(({ manifest }) => manifest);
const rejected = [...misshapen, ...rejectedByKnative, ...dangling, ...misrouted]
  .filter((row) => row.rejected)
  .map((row) => plant(sound, row).changed!);

async function kubectl(args: readonly string[], input = ''): Promise<string> {
  const running = promisify(execFile)('kubectl', [...args]);
  running.child.stdin?.end(input);
  return running.then(
    ({ stdout }) => stdout,
    ({ stderr }: { stderr: string }) => Promise.reject(new Error(stderr)),
  );
}

/** Lets the API server say what it would, in a namespace of the test's own. */
function dryRun(manifest: Manifest): Promise<string> {
  const { namespace: own, ...metadata } = manifest.metadata;
  const renamed = {
    ...manifest,
    metadata: { ...metadata, ...(own ? { namespace } : { name: `${metadata.name}-planted` }) },
  };
  return kubectl(['create', '--dry-run=server', '--validate=strict', '-f', '-'], JSON.stringify(renamed));
}

describe('[cluster] the API server judges as the checks do', skippedFor(missingCluster()), () => {
  beforeAll(async () => {
    await kubectl(['create', 'namespace', namespace]);
    await kubectl(['label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted']);
  });
  afterAll(async () => void (await kubectl(['delete', 'namespace', namespace, '--wait=false'])));

  test.each(sound.map((manifest) => ({ name: nameOf(manifest), manifest })))('it takes $name', ({ manifest }) =>
    expect(dryRun(manifest)).resolves.toMatch(/created/),
  );

  test.each(rejected.map((manifest, index) => ({ name: nameOf(manifest), index, manifest })))(
    'it rejects $name with error $index',
    ({ manifest }) => expect(dryRun(manifest)).rejects.toThrow(/invalid|denied|BadRequest|no matches for kind/i),
  );

  const pod = (spec: object): Manifest => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'one', namespace },
    spec,
  });

  test('it takes a restricted Pod', () => expect(dryRun(pod(restricted()))).resolves.toMatch(/created/));

  test.each(violating)('it rejects a Pod with $field $value', ({ field, value }) => {
    const spec = restricted();
    setField(spec, field, value);
    return expect(dryRun(pod(spec))).rejects.toThrow(/violates PodSecurity|invalid/i);
  });
});

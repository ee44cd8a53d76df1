import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningPlatform } from '@dormouse/local/platform';
import { startedIn, writtenFolder } from '@dormouse/local/platform.fixture';
import { hasProgram } from '@dormouse/serving/process/has-program';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingCluster, needs, skippedFor } from '../../needs.ts';
import { unique } from '../../unique.ts';
import { runStep } from './run-step.ts';
import { readTranscript, reconciled, withoutServerWarnings } from './transcript.ts';

const { steps } = readTranscript(readFileSync(join(import.meta.dirname, 'walk.txt'), 'utf8'));
const titled = steps.map((each) => [`${each.command} (line ${each.line})`, each] as const);

describe('kn and kubectl on the local platform', needs('kn', 'kubectl'), () => {
  let folder: string;
  let platform: RunningPlatform | undefined;
  beforeAll(async () => {
    folder = writtenFolder('kn', {
      'k8s/words.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: words }\n',
      'k8s/platform.yaml': 'images: { test/hello: { folder: ../hello, command: node server.js } }',
      'hello/server.js':
        "require('http').createServer((_, r) => r.end(process.env.GREETING)).listen(process.env.PORT); process.on('SIGTERM', () => process.exit(0));",
    });
    platform = await startedIn(folder);
  });
  afterAll(async () => {
    await platform?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(titled)('%s', async (_, { command, expected }) => {
    const env = { PATH: process.env.PATH, HOME: folder, KUBECONFIG: join(folder, 'home/kubeconfig') };
    const names = { namespace: 'default', image: 'test/hello', missing: 'test/nowhere', folder };
    const printed = await runStep(command, names, env);
    expect(printed).toEqual(reconciled(expected, printed, false));
  });
});

// IMAGE: a program that answers on PORT (default: the hello of Knative's samples).
const missing = [...missingCluster(), ...['kn', 'kubectl'].filter((program) => !hasProgram(program))];
describe('kn and kubectl on a cluster', { timeout: 600_000, ...skippedFor(missing) }, () => {
  const names = {
    namespace: unique('kn').replace(' ', '-'),
    image: process.env.IMAGE || 'ghcr.io/knative/helloworld-go:latest',
    missing: 'registry.invalid/nowhere:1',
    folder: import.meta.dirname,
  };
  beforeAll(() => void execFileSync('kubectl', ['create', 'namespace', names.namespace]));
  afterAll(() => void execFileSync('kubectl', ['delete', 'namespace', names.namespace, '--wait=false']));

  it.each(titled)('%s', async (_, { command, expected }) => {
    const printed = withoutServerWarnings(await runStep(command, names, process.env));
    expect(printed).toEqual(reconciled(expected, printed, true));
  });
});

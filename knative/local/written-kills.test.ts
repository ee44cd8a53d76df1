import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writtenObjects } from '@dormouse/kubernetes-api/written-objects';
import { random } from '@dormouse/tests/chaos/random';
import { needs } from '@dormouse/tests/needs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, writtenFolder } from './platform.fixture.ts';

// A campaign by hand: KILLS=200 npx vitest run knative/local/written-kills.test.ts
const kills = Number(process.env.KILLS || 0);
const root = resolve(import.meta.dirname, '../..');
/** Each is written by one writer, one version after the other; every fifth version deletes it. */
const names = ['a', 'b', 'c', 'd'];
type Versions = Record<string, number>;

/** Whether an object is as its last acknowledged write has left it, or as the one that was under way would. */
function mayBe(found: number | undefined, acknowledged: number, begun: number): boolean {
  const allowed = [acknowledged, begun].map((version) => (version % 5 === 0 ? undefined : version));
  return allowed.includes(found);
}

/** What was written last, as it was found. */
const versionOf = (found: number | undefined, acknowledged: number, begun: number): number =>
  found ?? (acknowledged % 5 === 0 ? acknowledged : begun);

let folder: string;
beforeAll(() => {
  folder = writtenFolder('kills', {
    'k8s/words.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: words }\n',
    'k8s/platform.yaml': 'images: {}',
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const filesIn = (objects: string) => readdirSync(objects).filter((name) => name.endsWith('.json'));

describe('a store of written objects that is killed while it writes', () => {
  const source = `
    import { writtenObjects } from '@dormouse/kubernetes-api/written-objects';
    const [folder, ...from] = process.argv.slice(1);
    const store = writtenObjects(folder);
    const versions = from.map(Number);
    for (;;) for (const [at, name] of ${JSON.stringify(names)}.entries()) {
      const version = ++versions[at];
      process.stdout.write('begin ' + name + ' ' + version + '\\n');
      const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { version, filler: 'x'.repeat(version * 997 % 50_000) } };
      if (version % 5 === 0) store.forget('/ConfigMap/default/' + name);
      else store.put({ key: '/ConfigMap/default/' + name, manifest });
      process.stdout.write('done ' + name + ' ' + version + '\\n');
    }`;

  it('keeps what it has acknowledged, whole', { timeout: 600_000 }, async () => {
    const { next } = random(1);
    const objects = join(folder, 'store');
    let acknowledged: Versions = Object.fromEntries(names.map((name) => [name, 0]));
    for (let kill = 0; kill < (kills || 8); kill++) {
      const from = names.map((name) => String(acknowledged[name]));
      const child = spawn(process.execPath, ['--input-type=module', '-e', source, objects, ...from], {
        cwd: import.meta.dirname,
      });
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
      await once(child.stdout, 'data');
      await sleep(next() * 60);
      child.kill('SIGKILL');
      await once(child, 'close');
      const of = (word: string) =>
        Object.fromEntries(
          [...text.matchAll(new RegExp(`^${word} (\\w) (\\d+)$`, 'gm'))].map(([, name, version]) => [
            name,
            Number(version),
          ]),
        );
      const [begun, done]: [Versions, Versions] = [
        { ...acknowledged, ...of('begin') },
        { ...acknowledged, ...of('done') },
      ];
      const kept = writtenObjects(objects).all();
      acknowledged = {};
      for (const name of names) {
        const manifest = kept.find(({ key }) => key.endsWith(`/${name}`))?.manifest;
        const found = (manifest?.data as { version: number } | undefined)?.version;
        expect(
          mayBe(found, done[name]!, begun[name]!),
          `kill ${kill}: ${name} ${found} of ${done[name]} to ${begun[name]}`,
        ).toBe(true);
        acknowledged[name] = versionOf(found, done[name]!, begun[name]!);
      }
    }
  });
});

describe('a platform that is killed while kubectl writes', needs('kubectl'), () => {
  const home = () => join(folder, 'home');
  const kubeconfig = () => join(home(), 'kubeconfig');
  let child: ChildProcess | undefined;
  afterAll(() => void child?.kill('SIGKILL'));

  async function start(): Promise<void> {
    rmSync(kubeconfig(), { force: true });
    const args = ['start', join(folder, 'k8s'), '--home', home(), '--port', '0', '--console-port', '0', '--no-prewarm'];
    const started = spawn(process.execPath, [join(root, 'cli/dormouse.mjs'), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    let said = '';
    for (const stream of [started.stdout, started.stderr])
      stream.setEncoding('utf8').on('data', (part: string) => (said += part));
    await eventually(
      () => {
        if (started.exitCode !== null) throw new Error(`it ended: ${said}`);
        return existsSync(kubeconfig()) && said.includes('is up');
      },
      'up',
      60,
    );
  }
  const kubectl = (args: string[], input = '') =>
    new Promise<string>((done, failed) => {
      const env = { PATH: process.env.PATH, HOME: folder, KUBECONFIG: kubeconfig() };
      const run = execFile('kubectl', args, { env }, (error, out) => (error ? failed(error) : done(out)));
      run.stdin!.on('error', () => {}).end(input);
    });
  const write = (name: string, version: number) =>
    version % 5 === 0
      ? kubectl(['delete', 'configmap', name, '--ignore-not-found', '--wait=false'])
      : kubectl(
          ['apply', '--validate=false', '-f', '-'],
          JSON.stringify({
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name },
            data: { version: String(version) },
          }),
        );

  it('starts again with what it has acknowledged', { timeout: 3_600_000 }, async () => {
    const { next } = random(2);
    const begun: Versions = Object.fromEntries(names.map((name) => [name, 0]));
    const acknowledged: Versions = { ...begun };
    await start();
    for (let kill = 0; kill < (kills || 2); kill++) {
      let running = true;
      const writers = names.map(async (name) => {
        while (running) {
          const version = begun[name]! + 1;
          begun[name] = version;
          await write(name, version).then(
            () => (acknowledged[name] = version),
            () => (running = false),
          );
        }
      });
      await sleep(200 + next() * 800);
      child!.kill('SIGKILL');
      await once(child!, 'close');
      running = false;
      await Promise.all(writers);
      for (const name of filesIn(join(home(), 'objects')))
        expect(() => JSON.parse(readFileSync(join(home(), 'objects', name), 'utf8')), name).not.toThrow();
      await start();
      const { items } = JSON.parse(await kubectl(['get', 'configmaps', '-o', 'json'])) as {
        items: { metadata: { name: string }; data?: { version: string } }[];
      };
      for (const name of names) {
        const version = items.find(({ metadata }) => metadata.name === name)?.data?.version;
        const found = version === undefined ? undefined : Number(version);
        expect(
          mayBe(found, acknowledged[name]!, begun[name]!),
          `kill ${kill}: ${name} ${found} of ${acknowledged[name]} to ${begun[name]}`,
        ).toBe(true);
        acknowledged[name] = versionOf(found, acknowledged[name]!, begun[name]!);
      }
    }
    expect(Math.min(...Object.values(begun))).toBeGreaterThan(1);
  });
});

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const project = join(import.meta.dirname, '../..');
const locks = globSync('terraform/environments/*/platform/operators.lock.json', { cwd: project }).sort();

interface Lock {
  [operator: string]: {
    version: string;
    namespace?: string;
    files: { name: string; url?: string; sha256: string | null }[];
  };
}
const lockOf = (path: string) => JSON.parse(readFileSync(join(project, path), 'utf8')) as Lock;

describe.each(locks)('%s', (path) => {
  const operators = Object.entries(lockOf(path));
  const files = operators.flatMap(([, each]) => each.files);

  test('names each file once', () => {
    expect(files.length).toBeGreaterThan(8);
    expect(new Set(files.map(({ name }) => name)).size).toBe(files.length);
  });

  test('every address has the version in it, and no sum is anything but SHA-256', () => {
    const wrong = operators.flatMap(([name, { version, files: own }]) =>
      own.filter(({ url }) => url && !url.includes(version.split(' ')[0]!)).map((file) => `${name}: ${file.url}`),
    );
    expect(wrong).toEqual([]);
    expect(files.filter(({ sha256 }) => sha256 !== null && !/^[0-9a-f]{64}$/.test(sha256))).toEqual([]);
  });
});

test('kind gets what the tutorial installs by hand', () => {
  const tutorial = readFileSync(join(project, 'docs/tutorials/cluster.md'), 'utf8');
  const variables = Object.fromEntries(
    [...tutorial.matchAll(/^(\w+)=(https:\S+)$/gm)].map(([, name, url]) => [name, url]),
  );
  const installed = [...tutorial.matchAll(/-f \$(\w+)\/(\S+\.yaml)/g)].map(
    ([, base, name]) => `${variables[base!]}/${name}`,
  );
  expect(installed.length).toBeGreaterThan(8);
  const { istio, serving, eventing } = lockOf('terraform/environments/kind/platform/operators.lock.json');
  const fetched = [istio!, serving!, eventing!].flatMap(({ files }) => files.map(({ url }) => url));
  expect(fetched.sort()).toEqual([...new Set(installed)].sort());
});

describe('fetching', () => {
  const content = 'kind: Namespace\n';
  const sum = createHash('sha256').update(content).digest('hex');
  let served = content;
  let asked: string[];
  let folder: string;
  let address: string;
  const server = createServer((request, response) => {
    asked.push(request.url!);
    response.writeHead(request.url === '/one.yaml' ? 200 : 404).end(served);
  });

  beforeEach(async () => {
    served = content;
    asked = [];
    folder = mkdtempSync(join(tmpdir(), 'dormouse-operators-'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  const lockFile = () => join(folder, 'operators.lock.json');
  const write = (file: object) =>
    writeFileSync(lockFile(), JSON.stringify({ one: { version: '1', files: [{ name: 'one.yaml', ...file }] } }));
  const recorded = () => (JSON.parse(readFileSync(lockFile(), 'utf8')) as Lock).one!.files[0]!.sha256;
  const run = () =>
    new Promise<{ code: number; output: string }>((resolve) =>
      execFile(
        process.execPath,
        [join(project, 'terraform/operators/fetch.mjs'), lockFile(), join(folder, 'files')],
        (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
      ),
    );
  const file = () => join(folder, 'files/one.yaml');

  test('the first time the sum is recorded, later it has to be the same', async () => {
    write({ url: `${address}/one.yaml`, sha256: null });
    expect(await run()).toMatchObject({ code: 0, output: expect.stringContaining(`recorded as ${sum}`) });
    expect([readFileSync(file(), 'utf8'), recorded()]).toEqual([content, sum]);
    rmSync(file());
    expect(await run()).toMatchObject({ code: 0, output: expect.stringContaining('is as recorded') });
    expect(readFileSync(file(), 'utf8')).toBe(content);
  });

  test('a file that is there is not fetched again', async () => {
    write({ url: `${address}/one.yaml`, sha256: null });
    await run();
    await run();
    expect(asked).toEqual(['/one.yaml']);
  });

  test('a file that was changed is refused, and nothing is written', async () => {
    served = 'kind: ClusterRoleBinding\n';
    write({ url: `${address}/one.yaml`, sha256: sum });
    expect(await run()).toMatchObject({ code: 1, output: expect.stringContaining(`recorded is ${sum}`) });
    expect([existsSync(file()), recorded()]).toEqual([false, sum]);
  });

  test('a file that cannot be fetched is named', async () => {
    write({ url: `${address}/none.yaml`, sha256: null });
    expect(await run()).toMatchObject({ code: 1, output: expect.stringContaining('answered 404') });
    expect(recorded()).toBeNull();
  });

  test('a file without an address has to be there', async () => {
    write({ sha256: null });
    expect(await run()).toMatchObject({ code: 1, output: expect.stringContaining('put it there yourself') });
    writeFileSync(file(), content);
    expect(await run()).toMatchObject({ code: 0 });
    expect(recorded()).toBe(sum);
  });
});

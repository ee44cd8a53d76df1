import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BuildError, type Builder, type Bundle, createBuilder } from './bundle.ts';

let root: string;
let builder: Builder;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'dormouse-build-'));
  builder = createBuilder({ folder: join(root, 'build'), root });
});
afterEach(async () => {
  await builder.rest();
  rmSync(root, { recursive: true, force: true });
});

const write = (name: string, text: string) => {
  writeFileSync(join(root, name), text);
  return join(root, name);
};
const run = (entry: string) => import(pathToFileURL(entry).href) as Promise<Record<string, unknown>>;

describe('a program', () => {
  it('is one file, with what it imports later in others', async () => {
    write('later.ts', 'export const later = 2;');
    write('now.cjs', 'exports.now = __filename.length > 0 && require("node:path").sep;');
    const { entry, inputs } = await builder.build(
      write(
        'main.ts',
        `import { now } from './now.cjs'; export const all: unknown = { now, later: (await import('./later.ts')).later };`,
      ),
    );
    expect(await run(entry)).toMatchObject({ all: { now: '/', later: 2 } });
    expect(inputs.map((file) => file.slice(root.length + 1)).sort()).toEqual(['later.ts', 'main.ts', 'now.cjs']);
  });

  it('holds what it uses of what it imports', async () => {
    write('used.ts', 'export const used = new Map();');
    write('unused.ts', 'export function unused() { return new Map(); }');
    write('both.ts', `export * from './used.ts'; export * from './unused.ts';`);
    const { inputs, contents } = await builder.build(
      write('main.ts', `import { used } from './both.ts'; export const all = used;`),
    );
    const names = (files: readonly string[]) => files.map((file) => file.slice(root.length + 1)).sort();
    expect(names(contents)).toEqual(['both.ts', 'main.ts', 'used.ts']);
    expect(names(inputs)).toEqual(['both.ts', 'main.ts', 'unused.ts', 'used.ts']);
  });

  it('that did not change is found again, also by another builder', async () => {
    const program = write('main.ts', 'export const a = 1;');
    const first = await builder.build(program);
    const again = await createBuilder({ folder: join(root, 'build'), root }).build(program);
    expect([first.fresh, again.fresh, again.hash === first.hash, again.entry === first.entry]).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  it('that is asked for twice at once is made once', async () => {
    const program = write('main.ts', 'export const a = 1;');
    const both = await Promise.all([builder.build(program), builder.build(program)]);
    expect(both.map(({ fresh }) => fresh)).toEqual([true, false]);
    expect(await run(both[1].entry)).toMatchObject({ a: 1 });
  });

  it('that was only touched is not made again', async () => {
    const program = write('main.ts', 'export const a = 1;');
    await builder.build(program);
    utimesSync(program, new Date(), new Date(Date.now() + 5_000));
    expect((await builder.build(program)).fresh).toBe(false);
  });

  it('that changed, even to the same length, is another one', async () => {
    const program = write('main.ts', 'export const a = 1;');
    const first = await builder.build(program);
    write('main.ts', 'export const a = 2;');
    const second = await builder.build(program);
    expect(second.hash).not.toBe(first.hash);
    expect(await run(second.entry)).toMatchObject({ a: 2 });
    expect(await run(first.entry)).toMatchObject({ a: 1 });
  });

  it('is another one when a file that it reads changes or appears', async () => {
    const program = write('main.ts', 'export {};');
    write('one.sql', '1');
    const files = [join(root, '*.sql')];
    const hashes = [(await builder.build(program, files)).hash, (await builder.build(program, files)).hash];
    write('one.sql', '2');
    hashes.push((await builder.build(program, files)).hash);
    write('two.sql', '2');
    const last = await builder.build(program, files);
    hashes.push(last.hash);
    expect(hashes[0]).toBe(hashes[1]);
    expect(new Set(hashes).size).toBe(3);
    expect(last.inputs).toContain(join(root, 'two.sql'));
  });

  it('that cannot be built says where', async () => {
    const program = write('main.ts', '\nimport { x } from "./gone.ts"; export default x;');
    await expect(builder.build(program)).rejects.toThrow(BuildError);
    await expect(builder.build(program)).rejects.toThrow(
      new RegExp(`^${program}:2:\\d+: Could not resolve "./gone.ts"`),
    );
  });
});

describe('a shared module', () => {
  const shared = () => {
    write('count.ts', 'export const count = { loaded: Math.random() };');
    return createBuilder({
      folder: join(root, 'build'),
      root,
      shared: [write('shared.ts', `export { count } from './count.ts';`)],
    });
  };

  it('is the same for every program that imports it, now or later, wherever the builds lie', async () => {
    const both = shared();
    const now = await both.build(write('now.ts', `export { count } from './shared.ts';`));
    const later = await both.build(write('later.ts', `export const { count } = await import('./shared.ts');`));
    renameSync(join(root, 'build'), join(root, 'moved'));
    const moved = ({ entry }: Bundle) => run(entry.replace(`${root}/build`, `${root}/moved`));
    const loaded = await moved(now);
    expect(loaded.count).toMatchObject({ loaded: expect.any(Number) });
    expect((await moved(later)).count).toBe(loaded.count);
    expect(now.contents).toContain(join(root, 'count.ts'));
  });

  it('that changed changes the program', async () => {
    const program = write('main.ts', `export { count } from './shared.ts';`);
    const first = await shared().build(program);
    const again = await shared().build(program);
    write('count.ts', 'export const count = 2;');
    const changed = await createBuilder({ folder: join(root, 'build'), root, shared: [join(root, 'shared.ts')] }).build(
      program,
    );
    expect([again.fresh, again.hash === first.hash, changed.fresh, changed.hash === first.hash]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect((await run(changed.entry)).count).toBe(2);
  });

  it('is not another one of the same name', async () => {
    const both = shared();
    mkdirSync(join(root, 'other'));
    write('other/shared.ts', 'export const count = 3;');
    expect(
      (await run((await both.build(write('other/main.ts', `export { count } from './shared.ts';`))).entry)).count,
    ).toBe(3);
  });
});

describe('OpenTelemetry’s SDK', () => {
  const project = join(import.meta.dirname, '../../../..');
  const packages = ({ contents }: Bundle) =>
    ['sdk-node', 'exporter-zipkin', 'otlp-grpc-exporter-base'].filter((name) =>
      contents.some((file) => file.includes(`/@opentelemetry/${name}/`)),
    );

  it('is in a function without the exporters that it would choose from', async () => {
    const here = createBuilder({ folder: join(root, 'build'), root: project });
    const made = await here.build(join(project, 'functions/_runtime/serve.fixture.ts'));
    await here.rest();
    expect(packages(made)).toEqual(['sdk-node']);
    expect(made.inputs.filter((file) => file.includes('left-out'))).toEqual([]);
  });

  it('is whole in a program that uses it by itself', async () => {
    symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'));
    const source = `import { NodeSDK } from '@opentelemetry/sdk-node'; export const sdk = new NodeSDK();`;
    expect(packages(await builder.build(write('main.ts', source)))).toHaveLength(3);
  });
});

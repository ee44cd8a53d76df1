import { describe, expect, test } from 'vitest';
import { allTargets } from '../all-commands.fixture.ts';
import { application } from '../application.ts';
import type { Context } from '../context.ts';
import { completions } from './completions.ts';

const context = { process: { stdout: process.stdout, stderr: process.stderr } } as unknown as Context;
const complete = async (...words: string[]) => {
  const lines = await completions(application([]), words, context);
  return { names: lines.slice(0, -1).map((line) => line.split('\t')[0]!), directive: lines.at(-1) };
};
const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

describe('completion follows from the definition', () => {
  const groups = allTargets.flatMap(({ path, target }) => ('getAllEntries' in target ? [{ path, target }] : []));
  test.each(groups)('the commands of $path', async ({ path, target }) => {
    const { names, directive } = await complete(...path, '');
    const entries = target.getAllEntries().filter(({ hidden }) => !hidden);
    // A group with a command that needs no name proposes what that one takes, too.
    expect(names).toEqual(expect.arrayContaining(entries.map(({ name }) => name['convert-camel-to-kebab'])));
    expect(directive).toBe(':4');
  });

  const commands = allTargets.flatMap(({ path, target }) => ('parameters' in target ? [{ path, target }] : []));
  test.each(commands)('the options of $path', async ({ path, target }) => {
    const flags = Object.entries(target.parameters.flags ?? {}).filter(([, { hidden }]) => !hidden);
    const negated = flags.filter(([, flag]) => flag.kind === 'boolean' && flag.default === true);
    const wanted = [
      ...flags.map(([name]) => `--${kebab(name)}`),
      ...negated.map(([name]) => `--no-${kebab(name)}`),
      '--help',
    ];
    expect((await complete(...path, '--')).names.sort()).toEqual(wanted.sort());
  });

  const valued = commands.flatMap(({ path, target }) =>
    Object.entries(target.parameters.flags ?? {}).flatMap(([name, flag]) =>
      flag.kind === 'enum' ? [{ words: [...path, `--${kebab(name)}`], values: flag.values }] : [],
    ),
  );
  test.each(valued)('the values of $words', async ({ words, values }) => {
    expect((await complete(...words, '')).names).toEqual(values);
    const [option, first] = [words.at(-1)!, values[0]!];
    expect((await complete(...words.slice(0, -1), `${option}=${first}`)).names).toEqual([`${option}=${first}`]);
  });
});

describe('completion', () => {
  test('of a part of a word proposes what begins with it', async () => {
    expect((await complete('ev')).names).toEqual(['events']);
    expect((await complete('events', 'dead-letter')).names).toEqual(['dead-letters', 'dead-letter']);
    expect((await complete('deploy', 'po')).names).toEqual(['posts']);
    // A Job: there is nothing to deploy with kn.
    expect((await complete('deploy', 'mi')).names).toEqual([]);
    expect((await complete('image', 'mi')).names).toEqual(['migrate']);
    expect((await complete('admin', 'role', 'somebody', 'ed')).names).toEqual(['editor']);
    expect((await complete('nonsense', '')).names).toEqual([]);
    expect((await complete('events', 'nonsense', '')).names).toEqual([]);
  });

  test('knows the command that a group has without a name', async () => {
    expect((await complete('admin', 'cl')).names).toEqual(['claim']);
    expect((await complete('admin', 'somebody', '--ro')).names).toEqual(['--role']);
    expect((await complete('admin', 'somebody', '--role', 'ed')).names).toEqual(['editor']);
  });

  test.each([
    [['import', ''], ':0'],
    [['export', ''], ':0'],
    [['import', '--url', 'http://x', ''], ':0'],
    [['start', '--home', ''], ':16'],
    [['import', 'folder', '--report', ''], ':0'],
    [['render', 'posts', '-o', ''], ':0'],
  ])('leaves files and folders to the shell: %j', async (words, directive) => {
    expect(await complete(...words)).toEqual({ names: [], directive });
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { allTargets } from './all-commands.fixture.ts';
import { dormouse } from './dormouse.fixture.ts';

const packageJson = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
  version: string;
  scripts: Record<string, string>;
};

const named = allTargets.map(({ path, target }) => ({ name: ['dormouse', ...path].join(' '), path, target }));

describe('help', () => {
  test.each(named)('$name --help shows what it does and each of its options', async ({ name, path, target }) => {
    const { code, out, err } = await dormouse([...path, '--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`USAGE\n  ${name}`);
    expect(out).toContain((target.fullDescription ?? target.brief).split('\n')[0]);
    const flags = 'parameters' in target ? Object.entries(target.parameters.flags ?? {}) : [];
    for (const [flag, { brief, hidden }] of flags) {
      expect(out.includes(`--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`), flag).toBe(!hidden);
      if (!hidden) expect(out).toContain(brief);
    }
  });

  test.each([[[]], [['events']], [['keys']]])('%j alone shows the commands', async (args) => {
    expect(await dormouse(args)).toEqual(await dormouse([...args, '--help']));
  });

  test('describes a command in lines of 120 columns at most', () => {
    for (const { name, target } of named)
      for (const line of (target.fullDescription ?? target.brief).split('\n'))
        expect(line.length, name).toBeLessThan(121);
  });

  test('--version shows that of the package', async () => {
    expect(await dormouse(['--version'])).toEqual({ code: 0, out: `${packageJson.version}\n`, err: '' });
  });

  test('every npm script that starts a command names one that is there', () => {
    const scripts = Object.values(packageJson.scripts).flatMap(
      (script) => /node cli\/dormouse\.mjs (.+)$/.exec(script)?.[1] ?? [],
    );
    expect(scripts.length).toBeGreaterThan(10);
    for (const script of scripts) expect(named.map(({ path }) => path.join(' '))).toContain(script);
  });
});

describe('a command line that makes no sense', () => {
  test.each([
    [['strat'], 'dormouse: there is no command "strat"; did you mean "start"? ("dormouse --help"'],
    [['nonsense'], 'dormouse: there is no command "nonsense" ("dormouse --help"'],
    [['events', 'tial'], 'dormouse events: there is no command "tial"; did you mean "tail"?'],
    [['start', '--prot', '1'], 'dormouse start: there is no option --prot; did you mean "--port"?'],
    [['start', 'posts'], 'posts: there is no such folder'],
    [['start', 'cli', 'posts'], 'dormouse start: unexpected argument "posts"'],
    [['start', '-x'], 'dormouse start: there is no option -x'],
    [['start', '--port'], 'dormouse start: --port is missing or has no value'],
    [['start', '--port', '70000'], 'dormouse start: --port 70000: not a port'],
    [['start', '--port', '1', '--port', '2'], 'dormouse start: --port is given twice'],
    [['start', '--inspect', 'post'], '--inspect post: there is no such Service; did you mean posts?'],
    [['start', '--observe', 'collector:4318'], 'dormouse start: --observe collector:4318: not an http address'],
    [['start', '--public-url', 'blog'], '--public-url blog: not an address such as https://blog.example'],
    [['start', '--trust-proxy', '127.0.0.1,nginx'], '--trust-proxy nginx: not an address or a network such as'],
    [['start', '--verbose=maybe'], 'dormouse start: --verbose maybe: '],
    [['admin'], 'dormouse admin: NAME is missing'],
    [['admin', 'claim'], 'dormouse admin claim: NAME is missing'],
    [['admin', 'role', 'somebody', 'owner'], 'ROLE owner: must be one of reader, author, editor, operator, admin'],
    [['admin', 'somebody', '--role', 'owner'], '--role owner: must be one of reader, author, editor, operator, admin'],
    [['keys', 'rotate', '--activate-after', 'soon'], '--activate-after soon: must be a whole number from 0'],
    [['render', 'posts'], 'dormouse render: --overlay is missing'],
    [['deploy', 'posts', '--promote', '--rollback'], 'exclude each other'],
    [['deploy', 'posts', '--traffic', '100'], '--traffic 100: must be a whole number from 0 to 99'],
    [['image'], 'FUNCTION is missing'],
    [['image', 'posts', '--tag', 'a b'], '--tag a b: must be letters, digits'],
    [['image', 'posts', '--name', 'Here/'], '--name Here/: must be like registry.example/team'],
    [['image', 'poste'], 'there is no poste; there are auth'],
    [['manifests', '/nowhere'], '/nowhere: there is no kustomization.yaml'],
    [['bench', '--parts', 'a,z'], '--parts a,z: there is no part z'],
    [['bench', 'everything'], 'PART everything: must be one of telemetry, cluster-cold, search, compression, ratios'],
    [
      ['bench', '--against', 'http://127.0.0.1:1', '--request', 'lists=/'],
      '--request lists=/: must be NAME=/PATH with a name of list, categories, home, feed, post, page',
    ],
    [['bench', '--request', 'list=/'], '--against-pid and --request go with --against URL'],
    [['new', 'naps', 'dreams'], 'dormouse new: unexpected argument "dreams"'],
    [['new', 'naps', '--tabel'], 'there is no option --tabel; did you mean "--table"?'],
    [['release', '1.2'], 'dormouse release: VERSION 1.2: must be like 1.2.3'],
    [['chaos', '--minutes', 'long'], '--minutes long: must be a number above 0'],
    [['chaos', '--minutes', '0'], '--minutes 0: must be a number above 0'],
    [['completion', 'tcsh'], 'SHELL tcsh: must be one of bash, zsh, fish'],
  ])('%j is one line on standard error, and exit code 2', async (args, words) => {
    const { code, out, err } = await dormouse(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^dormouse[^\n]*: [^\n]+\n$/);
    expect(err).toContain(words);
  });
});

describe('what fails', () => {
  test.each([
    [['keys', 'list', '--keys-dir', '/nowhere'], 'dormouse keys list: there is no folder /nowhere: start the platform'],
    [['admin', 'somebody'], 'DATABASE_URL cannot be read: start the platform once with "npm start"'],
    [['import', '/nowhere'], 'dormouse import: /nowhere: there is no such folder or file'],
    [['events', 'dead-letters'], 'no token: there are no signing keys in /nowhere/home/secrets/auth-keys'],
    [['render', 'posts', '--overlay', 'moon'], 'there is no overlay moon; there are'],
  ])('%j is one line on standard error, and exit code 1', async (args, words) => {
    const { code, out, err } = await dormouse(args, { env: { DORMOUSE_HOME: '/nowhere/home' } });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^dormouse[^\n]*: [^\n]+\n$/);
    expect(err).toContain(words);
  });
});

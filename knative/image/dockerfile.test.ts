import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configOf } from './make.ts';

const project = join(import.meta.dirname, '../..');
const text = readFileSync(join(project, 'Dockerfile'), 'utf8');
const json = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
  workspaces: string[];
  version: string;
  description: string;
  license: string;
};
const [, final = ''] = text.split(/^FROM \$\{BASE\}$/m);

test('every workspace is there when packages are installed', () => {
  const copied = text.slice(0, text.indexOf('RUN npm ci'));
  const workspaces = globSync(
    json.workspaces.map((each) => `${each}/package.json`),
    { cwd: project },
  );
  expect(workspaces.length).toBeGreaterThan(5);
  for (const file of workspaces)
    expect(
      copied.includes(`COPY ${file} `) || (file.startsWith('functions/') && copied.includes('COPY functions ')),
      file,
    ).toBe(true);
});

/** The values of an instruction of the image itself, its ARGs put in. */
function pairs(instruction: string): Record<string, string> {
  const [, block = ''] = new RegExp(`^${instruction} ((?:.*\\\\\n)*.*)$`, 'm').exec(final) ?? [];
  const found = block.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S+))/g);
  return Object.fromEntries(Array.from(found, ([, name, quoted, plain]) => [name, filled(quoted ?? plain ?? '')]));
}

const given: Record<string, string> = {
  FUNCTION: 'posts',
  REVISION: 'abc',
  SOURCE: 'https://a.example',
  CREATED: 'now',
};
const filled = (value: string) =>
  value.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => given[name] ?? textAfter(`ARG ${name}=`));
/** What follows at the beginning of the line. */
const textAfter = (start: string) =>
  final
    .split('\n')
    .find((line) => line.startsWith(start))
    ?.slice(start.length) ?? '';

const { version, description, license } = json;
const archive = configOf('posts', {
  version,
  description,
  license,
  revision: 'abc',
  url: 'https://a.example',
  created: 'now',
});

test('the image needs no shell', () => {
  expect(final).not.toMatch(/^RUN /m);
});

describe('the Dockerfile and `npm run image` agree on', () => {
  test('labels', () => {
    expect(pairs('LABEL')).toEqual(archive.Labels);
  });

  test('user and folder', () => {
    expect(textAfter('USER ')).toBe(archive.User);
    expect(textAfter('WORKDIR ')).toBe(archive.WorkingDir);
  });

  test('the program; the Dockerfile finds node on its PATH, as base images have it in different folders', () => {
    const [node = '', ...args] = archive.Entrypoint;
    expect(JSON.parse(textAfter('ENTRYPOINT '))).toEqual([basename(node), ...args]);
  });

  test('the environment, but for what depends on the base image', () => {
    const { PATH, ...environment } = pairs('ENV');
    const expected = Object.fromEntries(archive.Env.map((each) => each.split('=')));
    expect(PATH?.split(':')).toContain(expected.PATH);
    // A base image brings its certificates where its Node.js looks for them.
    const { PATH: _path, NODE_EXTRA_CA_CERTS: _certificates, ...others } = expected;
    expect(environment).toEqual(others);
  });
});

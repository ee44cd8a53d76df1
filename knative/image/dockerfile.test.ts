import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const project = join(import.meta.dirname, '../..');
const text = readFileSync(join(project, 'Dockerfile'), 'utf8');
const json = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
  workspaces: string[];
  version: string;
  description: string;
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

test('the image runs node itself, as nobody in particular, and needs no shell', () => {
  expect(final).toMatch(/^ENTRYPOINT \["node", "main.js"\]$/m);
  expect(final).toMatch(/^USER 65532:65532$/m);
  expect(final).not.toMatch(/^RUN /m);
});

test('labels say what package.json says', () => {
  expect(final).toContain(`ARG VERSION=${json.version}\n`);
  expect(final).toContain(`org.opencontainers.image.description="${json.description}"`);
});

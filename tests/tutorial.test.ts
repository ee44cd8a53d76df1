import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from './needs.ts';
import { type Follower, follower, stepsOf } from './tutorial.ts';

const fence = (info: string, text: string) => `\`\`\`${info}\n${text}\n\`\`\`\n`;

describe('the steps of a page', () => {
  test('are its commands with their output, and its files, each with line and heading', () => {
    const page = `# A\n\n${fence('sh', 'date')}\nprints\n\n${fence('text', 'no output of it')}\n## B\n\n${fence('ts a/b.ts', 'x')}\n${fence('sh', 'ls')}\n${fence('text', 'b…')}`;
    expect(stepsOf(page)).toEqual([
      { text: 'date\n', path: undefined, output: undefined, line: 3, heading: 'A' },
      { text: 'x\n', path: 'a/b.ts', output: undefined, line: 15, heading: 'B' },
      { text: 'ls\n', path: undefined, output: 'b…\n', line: 19, heading: 'B' },
    ]);
  });

  test('are also places where the page says that npm start is stopped', () => {
    const page = `${fence('sh', 'npm start')}\nStop it with Ctrl-C:\n\n${fence('sh', 'npm start -- --port 1')}`;
    expect(stepsOf(page).map(({ text }) => text)).toEqual(['npm start\n', 'Ctrl-C', 'npm start -- --port 1\n']);
  });

  test('are none of which the page says why nobody runs them, nor their output', () => {
    expect(stepsOf(`<!-- not run: needs kind -->\n\n${fence('sh', 'kind')}\n${fence('text', 'made')}`)).toEqual([]);
  });
});

describe('who follows a page', needs('bash'), () => {
  let folder: string;
  let reader: Follower;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'page-'));
    reader = follower({ folder, env: { GREETING: 'hello' }, here: { '127.0.0.1:8080': '127.0.0.1:1' } });
  });
  afterAll(async () => {
    await reader.end();
    rmSync(folder, { recursive: true });
  });
  const follow = (page: string) => reader.follow(stepsOf(page));

  test('writes files, and types everything into one shell', async () => {
    await follow(fence('text a', 'in a file') + fence('sh', 'NAME=you') + fence('sh', 'echo "$GREETING $NAME" >> a'));
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('in a file\nhello you\n');
  });

  test('sees what is printed, errors too, with the addresses of this machine', async () => {
    await follow(
      fence('sh', 'echo at 127.0.0.1:8080; nothing-like-that') + fence('text', 'at 127.0.0.1:8080\n…not found'),
    );
  });

  test('starts no second platform beside one that the page has not stopped', async () => {
    const runs = follower({
      folder,
      // Stands for npm: it runs until it is ended.
      env: { PATH: `${folder}:${process.env.PATH}` },
      isUp: async () => true,
    });
    writeFileSync(join(folder, 'npm'), '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
    const start = fence('sh', 'npm start');
    await expect(runs.follow(stepsOf(`${start}\n${start}`))).rejects.toThrow(/the page does not say Ctrl-C/);
    await runs.follow(stepsOf(`Stop it with Ctrl-C.\n\n${start}`));
    await runs.end();
  });

  test('does not go on when the page says something else', async () => {
    const page = fence('sh', 'echo one') + fence('text', 'two') + fence('sh', 'touch went-on');
    await expect(follow(page)).rejects.toThrow(/line 1 of the page/);
    await expect(follow(fence('sh', 'ls went-on') + fence('text', 'No such file'))).resolves.toBeUndefined();
  });
});

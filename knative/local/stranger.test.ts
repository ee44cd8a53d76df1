import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { hasProgram } from '@dormouse/serving/process/has-program';
import { mounting } from '@dormouse/serving/process/mounted-folders';
import { needs } from '@dormouse/tests/needs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadOverlay } from './load.ts';
import { eventually } from './platform.fixture.ts';
import { type RunningPlatform, startPlatform } from './platform.ts';
import { expressInMiniature, ordersInNode, strangersRepository } from './stranger.fixture.ts';

/** Its Services are called as functions of the project are: they are others. */
const project = join(import.meta.dirname, '../..');

describe("a stranger's repository", needs('kubectl', 'python3'), () => {
  let folder: string;
  let platform: RunningPlatform;
  const said: string[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dormouse-shop-'));
    const files = { ...strangersRepository, ...expressInMiniature, ...(hasProgram('go') ? {} : ordersInNode) };
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    // Where no mounts are possible, its texts need the variable that a line at the start asks for.
    const { refused } = await mounting(join(folder, 'home'));
    if (refused) {
      const manifest = strangersRepository['deploy/base/services.yaml']!;
      const named = manifest.replace(
        '- { name: ORDERS_URL',
        '- { name: TEXTS, value: /etc/shop/title }\n            $&',
      );
      writeFileSync(join(folder, 'deploy/base/services.yaml'), named);
    }
    platform = await startPlatform({
      home: join(folder, 'home'),
      root: project,
      port: 0,
      consolePort: 0,
      prewarmed: false,
      progress: (line) => said.push(line),
      load: () => loadOverlay(join(folder, 'deploy/laptop'), project),
    });
  });
  afterAll(async () => {
    await platform?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = (path: string, method = 'GET') =>
    new Promise<{ status: number | undefined; text: string }>((done, failed) => {
      const { port } = new URL(platform.url);
      const headers = { host: `web.shop.localhost:${port}` };
      request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
        let text = '';
        response
          .setEncoding('utf8')
          .on('data', (part: string) => (text += part))
          .on('end', () => done({ status: response.statusCode, text }));
      })
        .on('error', failed)
        .end();
    });

  it('is rendered by kubectl, and its public Service answers', async () => {
    expect(said.join('\n')).toMatch(
      /rendered by kubectl kustomize \(.*laptop\/kustomization.yaml:3: commonAnnotations\)/,
    );
    expect(platform.addresses.map(({ name }) => name)).toEqual(['web']);
    expect((await ask('/')).text).toBe('<h1>A shop on a laptop</h1>\n<ul></ul>\n');
  });

  it('sends an event from one language through a second to a third', async () => {
    expect((await ask('/orders/tea', 'POST')).status).toBe(202);
    await eventually(
      async () => (await ask('/')).text.includes('<li>tea: sent, tea</li>'),
      'the page shows the mail',
      60,
    );
  });
});

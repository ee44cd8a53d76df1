import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startConsole } from '@dormouse/console/console';
import { createOperations } from '@dormouse/console/operations';
import { deadLetter, type OperatorApi, operatorApi } from '@dormouse/console/operator-api.fixture';
import { type Bench, bench } from '@dormouse/eventing/broker.fixture';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { needsChromium, openBrowser } from './chromium.ts';

const secret = 's'.repeat(64);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe('an operator’s browser', needsChromium, () => {
  let folder: string;
  let api: OperatorApi;
  let b: Bench;
  let console_: { url: string; close(): Promise<void> };
  let browser: Browser;
  let stranger: Server;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dormouse-operator-'));
    writeFileSync(join(folder, 'token.mjs'), "console.log('token')");
    api = await operatorApi([]);
    b = await bench({ triggers: [] });
    const operations = createOperations({
      recipe: () => ({ api: '/api/operations', token: join(folder, 'token.mjs'), secret: 'keys' }),
      url: api.url,
      secrets: folder,
      root: folder,
      triggers: () => [{ name: 'counts', namespace: 'dormouse' }],
    });
    console_ = await startConsole({
      host: '127.0.0.1',
      port: 0,
      services: () => [],
      routes: () => [],
      brokers: b.brokers,
      telemetry: b.telemetry,
      operations,
      accessToken: { value: secret, file: '/home/me/.dormouse/access-token' },
    });
    const form = `<form method="post" action="${console_.url}/dead-letters/redrive"><input name="what" value="all"><input name="token" value="x"><button>Win a prize</button></form>`;
    stranger = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(form));
    await new Promise<void>((done) => stranger.listen(0, '127.0.0.1', done));
    browser = await openBrowser();
  });
  beforeEach(() => {
    api.deadLetters = [deadLetter(3), deadLetter(2), deadLetter(1, { state: 'redriven', redrives: 1 })];
    api.asked.length = 0;
  });
  afterAll(async () => {
    await browser?.close();
    stranger?.close();
    await console_?.close();
    await b?.close();
    await api?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = async (javaScriptEnabled: boolean): Promise<Page> => {
    const context = await browser.newContext({
      javaScriptEnabled,
      baseURL: console_.url,
      bypassCSP: javaScriptEnabled,
    });
    context.setDefaultTimeout(10_000);
    return context.newPage();
  };
  const proveIt = async (page: Page) => {
    await page.getByLabel('Secret').fill(secret);
    await page.getByRole('button', { name: 'Go on' }).click();
  };
  const violationsOn = async (page: Page) => {
    await page.evaluate(axe);
    return page.evaluate(async () => {
      const { axe: checker } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      return (await checker.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
    });
  };
  const redriven = () =>
    api.asked
      .filter(({ what, body }) => what.endsWith('/redrives') && !(body as { dry_run?: boolean }).dry_run)
      .map(({ body }) => body);

  it('redrives those ticked without JavaScript, and sees the job end by itself', async () => {
    const page = await open(false);
    await page.goto('/dead-letters');
    await page.getByLabel('Dead letter 3').check();
    await page.getByRole('button', { name: 'Redrive those ticked…' }).click();
    await page.getByRole('button', { name: 'Redrive it' }).click();
    await proveIt(page);
    await page.getByText('1 event sent').waitFor();
    expect(redriven()).toEqual([{ numbers: [3] }]);
  });

  it('counts a replay, then sends it', async () => {
    const page = await open(false);
    await page.goto('/replay');
    await page.getByRole('button', { name: 'Count what would be sent' }).click();
    await page.getByText('3 events would be sent').waitFor();
    await page.getByRole('button', { name: 'Replay them' }).click();
    await proveIt(page);
    await page.getByText('3 events sent').waitFor();
    expect(await page.getByText('3 events sent').isVisible()).toBe(true);
  });

  it('sends nothing when a page of another site asks for it', async () => {
    const page = await open(false);
    await page.goto(`http://127.0.0.1:${(stranger.address() as { port: number }).port}/`);
    await page.getByRole('button').click();
    await page.getByText('This request came from another site.').waitFor();
    expect(redriven()).toEqual([]);
  });

  it('finds nothing that axe objects to', async () => {
    const page = await open(true);
    for (const path of ['/dead-letters', '/dead-letters?state=all', '/dead-letters/3', '/replay', '/redrives/none']) {
      await page.goto(path);
      expect({ path, violations: await violationsOn(page) }).toEqual({ path, violations: [] });
    }
    await page.goto('/dead-letters/3');
    await page.getByRole('button', { name: 'Redrive…' }).click();
    await page.getByRole('button', { name: 'Redrive it' }).click();
    await page.getByLabel('Secret').waitFor();
    expect(await violationsOn(page)).toEqual([]);
  });
});

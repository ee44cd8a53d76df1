import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { missingOf } from '@dormouse/monitoring/programs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { blogAt } from '../blog.ts';
import { compose, publish, signUp } from '../browser/author.ts';
import { missingBrowser, openBrowser } from '../browser/chromium.ts';
import { database } from '../chaos/observe.ts';
import { skippedFor } from '../needs.ts';
import { eventually, type RunningPlatform, runPlatform } from '../platform.ts';
import { spansOf } from '../spans.ts';
import { unique } from '../unique.ts';
import { missingOfStack, startStack } from './stack.ts';
import { storedSpans, tracesWith } from './tempo-traces.ts';

const config = (path: string) => parse(readFileSync(join(import.meta.dirname, '../../observability', path), 'utf8'));

test('the collector sends traces to where Tempo on one machine listens for them', () => {
  const listens = config('tempo/machine.yaml').distributor.receivers.otlp.protocols.grpc.endpoint as string;
  expect(config('collector/common.yaml').exporters['otlp_grpc/tempo'].endpoint).toBe(
    `\${env:TEMPO_ENDPOINT:-${listens}}`,
  );
});

const missing = [...missingOfStack(), ...missingOf('tempo'), ...missingBrowser];
describe('in Tempo, behind the collector,', skippedFor(missing), () => {
  let stack: Awaited<ReturnType<typeof startStack>>;
  let platform: RunningPlatform;
  let browser: Browser;
  let page: Page;
  let traceId: string;

  beforeAll(async () => {
    stack = await startStack();
    platform = await runPlatform({
      overlay: join(import.meta.dirname, '../overlays/quick'),
      args: ['--observe', stack.collector.url],
    });
    browser = await openBrowser();
    page = await browser.newPage({ baseURL: platform.url });
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.stop();
    await stack?.stop();
  });

  const stored = () => storedSpans(stack.tempo!, traceId);
  const ids = (spans: readonly { spanId: string }[]) => spans.map(({ spanId }) => spanId).sort();
  const asleep = (name: string) =>
    eventually(platform.services, (services) => services.some((each) => each.name === name && each.instances === 0));

  /** A new post wakes who counts it: such traces are all kept. */
  const publishes = async () => {
    await signUp(page, unique('reader').replaceAll(' ', '-'));
    await compose(page, { title: 'Followed', category: unique('Traces'), content: 'x' });
    await asleep('categories');
    const [response] = await Promise.all([
      page.waitForResponse((each) => each.request().method() === 'POST'),
      publish(page),
    ]);
    return (await response.allHeaders())['x-trace-id']!;
  };

  test("a browser's request is found by its id, with the spans that the console shows, all of them", async () => {
    traceId = await publishes();
    await eventually(stored, (spans) => spans.some(({ name }) => name.startsWith('process dev.dormouse')));
    await sleep(5000);
    const shown = await spansOf(platform.console, traceId);
    const kept = await eventually(stored, (spans) => spans.length >= shown.length);
    expect(ids(kept)).toEqual(ids(shown));
    const services = [...new Set(kept.map(({ service }) => service))];
    expect(services).toEqual(expect.arrayContaining(['ingress', 'activator', 'web', 'posts', 'broker', 'categories']));
    const known = new Set(ids(kept));
    expect(kept.filter(({ parentSpanId }) => parentSpanId && !known.has(parentSpanId))).toEqual([]);
  });

  test.each([
    { 'service.name': 'categories' },
    { 'http.route': '/blog/api/posts' },
    { 'messaging.destination.name': 'dev.dormouse.post.created.v1' },
  ])('it is found by a search for %o', async (tags) => {
    expect(
      await eventually(
        () => tracesWith(stack.tempo!, tags),
        (found) => found.includes(traceId),
      ),
    ).toContain(traceId);
  });

  test('a request that failed is kept, and nine of ten plain ones are not', async () => {
    const blog = blogAt(platform.url);
    const read = async () => (await blog.call('GET', '/blog/api/posts?limit=7')).headers.get('x-trace-id')!;
    await read();
    const plain: string[] = [];
    for (let n = 0; n < 40; n++) plain.push(await read());
    const sql = database(platform.home);
    await sql`ALTER TABLE posts.posts RENAME TO mislaid`;
    const response = await blog.call('GET', '/blog/api/posts?limit=8');
    await sql`ALTER TABLE posts.mislaid RENAME TO posts`;
    await sql.end();
    expect(response.status).toBe(500);
    const failed = response.headers.get('x-trace-id')!;
    await eventually(
      () => storedSpans(stack.tempo!, failed),
      (spans) => spans.some(({ service }) => service === 'posts'),
    );
    let kept = 0;
    for (const id of plain) if ((await storedSpans(stack.tempo!, id)).length > 0) kept++;
    expect(kept).toBeLessThan(20);
  });
});

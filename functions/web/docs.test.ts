import { expect, test } from 'vitest';
import { world } from './app.fixture.ts';

test('the reference names every operation, and loads nothing from elsewhere', async () => {
  const { app } = world();
  const page = await app.request('/docs/api');
  const html = await page.text();
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(html).not.toMatch(/<script|style=|src="http/);
  const document = await (await app.request('/docs/api/openapi.json')).json();
  const operations = Object.values<Record<string, { operationId: string }>>(document.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  expect(operations.length).toBeGreaterThan(30);
  for (const operation of operations) expect(html).toContain(`id="${operation}"`);
});

test('links of the reference lead to something on the page', async () => {
  const html = await (await world().app.request('/docs/api')).text();
  const targets = [...html.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  expect(targets.filter((id) => !html.includes(`id="${id}"`))).toEqual([]);
});

test('who knows it is told 304', async () => {
  const { app } = world();
  const etag = (await app.request('/docs/api/openapi.json')).headers.get('etag') as string;
  const again = await app.request('/docs/api/openapi.json', { headers: { 'if-none-match': etag } });
  expect([again.status, (await app.request('/docs')).status]).toEqual([304, 404]);
});

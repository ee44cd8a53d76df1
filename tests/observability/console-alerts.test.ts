import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rules } from '@dormouse/observability/documents';
import { justNow, lately } from '@dormouse/observability/rule';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, type RunningPlatform, removeHome, runPlatform, temporaryHome } from '../platform.ts';
import { type AlertReceiver, openAlertReceiver } from './alert-receiver.ts';
import { keepDatabaseDown } from './fault-injection.ts';
import { observedOverlay } from './observed-overlay.ts';

interface Alert {
  state?: string;
  labels: Record<string, string>;
}

let platform: RunningPlatform;
let receiver: AlertReceiver;
const over = new AbortController();
let readers: Promise<void>;

/** Somebody who reads what no cache has. */
async function read(): Promise<void> {
  for (let n = 0; !over.signal.aborted; n++, await sleep(50))
    await fetch(`${platform.url}/blog/api/posts?limit=${1 + (n % 90)}`, { signal: AbortSignal.timeout(5_000) }).then(
      (response) => response.arrayBuffer(),
      () => undefined,
    );
}

beforeAll(async () => {
  receiver = await openAlertReceiver();
  const home = temporaryHome();
  const folder = join(home, 'hurried');
  mkdirSync(folder);
  const written = rules().get('data.yaml') as string;
  // What is waited for is how long, not whether.
  writeFileSync(
    join(folder, 'data.yaml'),
    written
      .replaceAll(`[${lately}]`, '[20s]')
      .replaceAll(`[${justNow}]`, '[10s]')
      .replaceAll(/for: \d+s/g, 'for: 2s'),
  );
  writeFileSync(join(folder, 'broken.yaml'), 'groups: [{ name: g, rules: [{ alert: A, expr: "sum(" }] }]');
  const policy = join(home, 'policy.yaml');
  writeFileSync(policy, 'route: {receiver: me, group_by: [alertname], group_wait: 1s, group_interval: 1s}');
  platform = await runPlatform({
    home,
    overlay: observedOverlay(home, 'tests/overlays/quick', { OTEL_METRIC_EXPORT_INTERVAL: '1000' }),
    program: join(import.meta.dirname, 'hurried-platform.ts'),
    args: ['--rules', folder, '--policy', policy],
    env: { ALERT_WEBHOOK: receiver.url },
  });
  readers = read();
});
afterAll(async () => {
  over.abort();
  await readers;
  await platform?.stop();
  receiver?.close();
  if (platform) removeHome(platform.home);
});

const isUnreachable = ({ labels }: Pick<Alert, 'labels'>) =>
  labels.alertname === 'DatabaseUnreachable' && labels.service_name === 'posts';
const firing = async (): Promise<Alert[]> => {
  const response = await fetch(`${platform.console}/api/v1/alerts`);
  const { data } = (await response.json()) as { data: { alerts: Alert[] } };
  return data.alerts.filter((alert) => isUnreachable(alert) && alert.state === 'firing');
};
const page = async () => (await fetch(`${platform.console}/alerts`)).text();
const told = async (status: string) =>
  receiver.messages.filter(({ alerts }) => alerts.some((alert) => isUnreachable(alert) && alert.status === status));

test('a database that is gone is an alert on the page, in the API and at the receiver, until it is back', {
  timeout: 180_000,
}, async () => {
  await eventually(page, (text) => text.includes('No alert fires.'), 30);
  expect(await page()).toContain('broken.yaml is not evaluated: group g, rule 1 (A): ');
  expect(await page()).toMatch(/pg_up, up<\/td><td>PostgresDown/);
  expect(receiver.messages).toEqual([]);

  const mended = new AbortController();
  const breaking = keepDatabaseDown(platform, mended.signal);
  await eventually(firing, ({ length }) => length > 0, 90).finally(() => mended.abort());
  await breaking;
  expect(await page()).toContain('posts does not reach PostgreSQL.');
  const [first] = await eventually(
    () => told('firing'),
    ({ length }) => length > 0,
    30,
  );
  expect(first).toMatchObject({ version: '4', status: 'firing', receiver: 'me' });

  await eventually(firing, ({ length }) => length === 0, 90);
  await eventually(
    () => told('resolved'),
    ({ length }) => length > 0,
    30,
  );
  await eventually(page, (text) => text.includes('No alert fires.'), 60);
});

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { missingOf } from '@dormouse/monitoring/programs';
import { machineRuleFiles, ruleFiles } from '@dormouse/observability/groups';
import { isAlert } from '@dormouse/observability/rule';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { skippedFor } from '../needs.ts';
import { eventually, type RunningPlatform, runPlatform } from '../platform.ts';
import { type RunningMonitor, runMonitor } from './run-monitor.ts';

const programs = ['prometheus', 'alertmanager', 'postgresExporter', 'redisExporter'] as const;

interface Rule {
  type: string;
  name: string;
  state: string;
}

describe('npm run monitor beside npm start', skippedFor(missingOf(...programs)), () => {
  let platform: RunningPlatform;
  let monitor: RunningMonitor;

  beforeAll(async () => {
    platform = await runPlatform();
    monitor = await runMonitor(platform);
  });
  afterAll(async () => {
    await monitor?.stop();
    await platform?.stop();
  });

  const of = async <T>(url: string): Promise<T | undefined> =>
    fetch(url).then(
      async (response) => (response.ok ? ((await response.json()) as T) : undefined),
      () => undefined,
    );

  test('everything is scraped under the name that rules ask for, with what the servers say of themselves', async () => {
    const up = async () => {
      const query = new URLSearchParams({ query: 'label_replace(up, "what", "scraped", "", "") or pg_up or redis_up' });
      const answer = await of<{ data: { result: { metric: Record<string, string>; value: [number, string] }[] } }>(
        `${monitor.prometheus}/api/v1/query?${query}`,
      );
      return Object.fromEntries(
        (answer?.data.result ?? []).map(({ metric, value }) => [
          metric.what ? metric.job : metric.__name__,
          Number(value[1]),
        ]),
      );
    };
    const all = { prometheus: 1, dormouse: 1, 'postgres-exporter': 1, 'redis-exporter': 1, pg_up: 1, redis_up: 1 };
    expect(await eventually(up, (found) => Object.values(found).filter(Boolean).length === 6, 60)).toEqual(all);
  });

  test('the rules are those that fit one machine; none fires but the sign of life, which Alertmanager has', async () => {
    const written = machineRuleFiles.flatMap((name) => ruleFiles[name]!.flatMap(({ rules }) => rules.filter(isAlert)));
    const answer = await of<{ data: { groups: { rules: Rule[] }[] } }>(`${monitor.prometheus}/api/v1/rules`);
    const alerts = answer!.data.groups.flatMap(({ rules }) => rules.filter(({ type }) => type === 'alerting'));
    expect(alerts.map(({ name }) => name).sort()).toEqual(written.map(({ name }) => name).sort());
    const told = () => of<{ labels: { alertname: string } }[]>(`${monitor.alertmanager}/api/v2/alerts`);
    const came = await eventually(told, (found) => (found?.length ?? 0) > 0, 120);
    expect(came?.map(({ labels }) => labels.alertname)).toEqual(['Watchdog']);
  });

  test('the accounts of exporters are in files that only the owner reads, for exporters of your own', () => {
    for (const file of ['postgres-exporter/DATA_SOURCE_NAME', 'redis-exporter/REDIS_URL']) {
      const path = join(platform.home, 'secrets', file);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(new URL(readFileSync(path, 'utf8')).username).toBe('exporter');
    }
    expect(monitor.output()).toContain(`${monitor.prometheus}/alerts`);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bench, bench } from '@dormouse/eventing/broker.fixture';
import type { Alerting } from '@dormouse/telemetry/rules/alerting';
import { readRules } from '@dormouse/telemetry/rules/read-rules';
import { RuleEvaluator } from '@dormouse/telemetry/rules/rule-evaluator';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startConsole } from './console.ts';

const rules = `
groups:
  - name: g
    rules:
      - {record: 'slo:target:ratio', expr: vector(0.999), labels: {slo: reads}}
      - {record: 'slo:budget:remaining', expr: '0 / 0 >= bool 0 > 1', labels: {slo: reads}}
      - {alert: Down, expr: load > 5, labels: {severity: page}, annotations: {summary: '{{ $labels.service }} is down.'}}
      - {alert: Slow, expr: load > 5, labels: {severity: ticket}, annotations: {summary: slow}}
      - {alert: Soon, expr: load > 5, for: 1h, labels: {severity: ticket}, annotations: {summary: soon}}
      - {alert: Well, expr: load > 100, labels: {severity: page}}
      - {alert: Blind, expr: pg_up == 0, labels: {severity: page}}
      - {alert: Broken, expr: sum(load) + on () load, labels: {severity: page}}
      - {alert: Watchdog, expr: vector(1), labels: {severity: none}}
`;
const service = '<b>posts</b>';

let b: Bench;
let console_: { url: string; close(): Promise<void> };
let alerting: Alerting | undefined;
let evaluated: Alerting;
let runbooks: string;

beforeAll(async () => {
  b = await bench({ triggers: [] });
  runbooks = mkdtempSync(join(tmpdir(), 'dormouse-runbooks-'));
  writeFileSync(join(runbooks, 'Down.md'), '# Down\n\nLook at `a < b`.\n');
  writeFileSync(join(runbooks, 'Secret.md'), 'secret');
  const nowMs = Date.now();
  const family = { name: 'load', kind: 'gauge', unit: '', description: '' } as const;
  for (const each of [service, 'web'])
    b.telemetry.addMeasured({ family, labels: { service: each }, timeMs: nowMs, value: each === service ? 7 : 1 });
  const evaluator = new RuleEvaluator({
    groups: readRules(rules, 'rules.yaml', 15_000),
    unread: [{ file: 'mine.yaml', error: 'not <YAML>' }],
    store: b.telemetry.metrics,
    external: ['pg_up'],
  });
  await evaluator.evaluate(nowMs);
  evaluated = {
    rules: evaluator,
    notifications: undefined,
    round: { number: 1, atMs: nowMs, tookMs: 3 },
    inhibitor: ({ labels }) =>
      labels.alertname === 'Slow'
        ? evaluator.groups[0]?.rules.find(({ rule }) => rule.name === 'Down')?.alerts[0]
        : undefined,
    close: async () => {},
  };
  console_ = await startConsole({
    ...{ host: '127.0.0.1', port: 0, services: () => [], routes: () => [], runbooks },
    ...{ brokers: b.brokers, telemetry: b.telemetry },
    alerting: () => alerting,
  });
});
beforeEach(() => {
  alerting = evaluated;
});
afterAll(async () => {
  await console_.close();
  await b.close();
  rmSync(runbooks, { recursive: true });
});

const get = async (path: string) => {
  const response = await fetch(console_.url + path);
  return { status: response.status, text: await response.text() };
};
const api = async (path: string) => JSON.parse((await get(`/api/v1/${path}`)).text).data;
/** The text of each section by its heading. */
const sections = async () => {
  const { text } = await get('/alerts');
  const words = (html: string) =>
    html
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim();
  return new Map(
    text
      .split('<section><h2>')
      .slice(1)
      .map((part) => {
        const [title = '', body = ''] = part.split('</h2>');
        return [words(title), words(body.split('</section>')[0] ?? '')];
      }),
  );
};

describe('the console’s page of alerts', () => {
  test('shows what fires, since when, with its value, its labels and its runbook', async () => {
    const { text } = await get('/alerts');
    expect(text).toContain('Alerts <small>2 firing</small>');
    expect(text).toContain('<a href="/runbooks/Down">Down</a>');
    expect(text).not.toContain(service);
    const firing = (await sections()).get('Firing') ?? '';
    expect(firing).toMatch(/page Down &lt;b&gt;posts&lt;\/b&gt; is down\. \d\d:\d\d:\d\d\.\d{3} .* 7 service/);
    expect(firing).toContain('nobody is told: Down fires');
    expect(firing).not.toContain('Watchdog');
  });

  test('shows what is pending, healthy, failed and not evaluated apart from each other', async () => {
    const found = await sections();
    expect(found.get('Pending')).toMatch(/ticket Soon soon fires at .* if it lasts/);
    expect(found.get('Healthy 1')).toBe('Well');
    expect(found.get('Not evaluated 1')).toContain('pg_up Blind');
    expect(found.get('Failed')).toContain('mine.yaml is not evaluated: not &lt;YAML&gt;');
    expect(found.get('Failed')).toMatch(/Broken: several elements/);
  });

  test('says of an objective that there is no data yet, and no number', async () => {
    expect((await sections()).get('Objectives')).toMatch(/reads 99\.9 % no data yet no data yet/);
  });

  test('says who is told, and who is not', async () => {
    expect((await get('/alerts')).text).toContain('Nobody is told');
    alerting = {
      ...evaluated,
      notifications: { to: 'http://receiver', failure: { atMs: 0, error: 'it answered 500' } },
    };
    expect((await get('/alerts')).text).toContain('Alerts do not reach http://receiver: it answered 500');
    alerting = { ...evaluated, notifications: { to: 'http://receiver' } };
    expect((await get('/alerts')).text).toContain('nothing was told yet');
  });

  test('counts in the navigation of every page what fires', async () => {
    expect((await get('/logs')).text).toContain('Alerts <span class="badge">2</span>');
    alerting = undefined;
    expect((await get('/logs')).text).not.toContain('class="badge"');
  });

  test('says that nothing is evaluated while nothing is', async () => {
    alerting = undefined;
    const { text } = await get('/alerts');
    expect(text).toContain('Not evaluated.');
    expect(text).not.toContain('none fires');
  });

  test('has the runbooks of the alerts, and no other file', async () => {
    expect((await get('/runbooks/Down')).text).toContain('Look at `a &lt; b`.');
    for (const name of ['Secret', 'Well', '..%2FDown', 'Down.md'])
      expect((await get(`/runbooks/${name}`)).status, name).toBe(404);
  });
});

describe('Prometheus’ API', () => {
  test('has the alerts', async () => {
    const { alerts } = await api('alerts');
    expect(alerts).toHaveLength(4);
    expect(alerts[0]).toEqual({
      labels: { alertname: 'Down', service, severity: 'page' },
      annotations: { summary: `${service} is down.` },
      state: 'firing',
      activeAt: expect.stringMatching(/^\d{4}-.*Z$/),
      value: '7e+00',
    });
  });

  test('has the rules, by type and name too', async () => {
    const { groups } = await api('rules');
    expect(groups).toMatchObject([{ name: 'g', file: 'rules.yaml', interval: 15, limit: 0 }]);
    const states = groups[0].rules.flatMap((rule: { type: string; name: string; state: string; health: string }) =>
      rule.type === 'alerting' ? [`${rule.name} ${rule.state} ${rule.health}`] : [],
    );
    expect(states).toEqual([
      ...['Down firing ok', 'Slow firing ok', 'Soon pending ok', 'Well inactive ok', 'Blind unknown unknown'],
      ...['Broken inactive err', 'Watchdog firing ok'],
    ]);
    expect((await api('rules?type=record')).groups[0].rules).toHaveLength(2);
    const [blind] = (await api('rules?rule_name[]=Blind&exclude_alerts=true')).groups[0].rules;
    expect(blind).toMatchObject({ name: 'Blind', lastError: 'not evaluated: nothing gives pg_up here', alerts: [] });
    expect((await api('rules?rule_group[]=other')).groups).toEqual([]);
    expect((await get('/api/v1/rules?type=x')).status).toBe(400);
    expect((await get('/api/v1/rules?match[]=x')).status).toBe(400);
  });

  test('answers queries over what rules make, and nothing where no rule is evaluated', async () => {
    const query = `query?query=${encodeURIComponent('count(ALERTS{alertstate="firing"})')}`;
    expect((await api(query)).result[0].value[1]).toBe('3');
    expect(await api('label/__name__/values')).toContain('ALERTS_FOR_STATE');
    alerting = undefined;
    expect((await api(query)).result).toEqual([]);
    expect(await api('rules')).toEqual({ groups: [] });
    expect(await api('alerts')).toEqual({ alerts: [] });
  });

  test('its pages hear of each evaluation', async () => {
    const over = new AbortController();
    const response = await fetch(`${console_.url}/api/stream`, { signal: over.signal });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let heard = '';
    for (let number = 2; !heard.includes('event: alerts'); number++) {
      alerting = { ...evaluated, round: { number, atMs: 0, tookMs: 0 } };
      heard += (await reader.read()).value ?? '';
    }
    over.abort();
    expect(heard).toMatch(/event: alerts\ndata: \d+/);
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { virtualClock } from '@dormouse/time/virtual-clock';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MetricStore } from '../metric-store.ts';
import { readAlertPolicy } from './alert-policy.ts';
import { startAlerting } from './alerting.ts';
import type { AlertGroup } from './notifications.ts';
import { readRules } from './read-rules.ts';
import { RuleEvaluator } from './rule-evaluator.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dormouse-alerting-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const text = 'groups: [{ name: g, rules: [{ alert: Down, expr: vector(1), for: 30s }] }]';

async function start(clock = virtualClock(), file = join(folder, 'sub/alerts.json'), wait = '30s') {
  const told: AlertGroup[] = [];
  const said: string[] = [];
  const evaluator = new RuleEvaluator({ groups: readRules(text, 'a.yaml', 15_000), store: new MetricStore() });
  const alerting = await startAlerting({
    ...{ evaluator, file, clock },
    policy: readAlertPolicy(`route: { receiver: default, group_wait: ${wait} }`),
    say: (line) => void said.push(line),
    receiver: { to: 'http://receiver', tell: async (group) => void told.push(group) },
  });
  // Files are written in their own time.
  const rounds = async (n: number) => {
    while ((alerting.round?.number ?? 0) < n) await clock.advance(clock.waiting > 0 ? 5_000 : 0);
  };
  return { ...{ clock, alerting, told, said, rounds }, state: () => evaluator.groups[0]?.rules[0]?.alerts[0]?.state };
}

test('rules are evaluated each quarter of a minute, alerts told, until it is closed', async () => {
  const { clock, alerting, told, rounds, state } = await start();
  await rounds(1);
  expect(state()).toBe('pending');
  await rounds(3);
  expect(state()).toBe('firing');
  expect(alerting.round?.atMs).toBe(Date.parse('2026-01-01T00:00:30Z'));
  await rounds(6);
  expect(told).toMatchObject([{ receiver: 'default', alerts: [{ labels: { alertname: 'Down' } }] }]);
  await alerting.close();
  expect(clock.waiting).toBe(0);
});

test('a process that was killed is followed by one that goes on', async () => {
  const first = await start();
  await first.rounds(6);
  expect(first.told).toHaveLength(1);
  // What was told is written in its own time.
  const saved = await vi.waitFor(() => {
    const text = readFileSync(join(folder, 'sub/alerts.json'), 'utf8');
    expect(text).toContain('"told":{"firing"');
    return text;
  });
  await first.alerting.close();
  writeFileSync(join(folder, 'killed.json'), saved);
  const later = await start(virtualClock(first.clock.now() + 120_000), join(folder, 'killed.json'));
  await later.rounds(1);
  expect(later.state()).toBe('firing');
  await later.rounds(20);
  expect(later.told).toEqual([]);
  await later.alerting.close();
});

test('a process that is killed right after it told somebody is followed by one that knows', async () => {
  const file = join(folder, 'alerts.json');
  const { clock, alerting, told, rounds } = await start(undefined, file, '1s');
  await rounds(3);
  const evaluated = alerting.round?.number;
  await clock.advance(2_000);
  expect(told).toHaveLength(1);
  await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toContain('"told":{"firing"'));
  expect(alerting.round?.number).toBe(evaluated);
  await alerting.close();
});

test.each(['{', '{"alerts":{"atMs":1,"alerts":[{"group":1}]},"groups":[]}', '[]'])(
  'a file with %s in it is left alone, and said',
  async (broken) => {
    const file = join(folder, 'broken.json');
    writeFileSync(file, broken);
    const { alerting, said, rounds, state } = await start(undefined, file);
    await rounds(1);
    expect(said).toEqual([expect.stringMatching(/^alerts of an earlier start are unknown: /)]);
    expect(state()).toBe('pending');
    await alerting.close();
  },
);

test('a file that cannot be written is said once', async () => {
  writeFileSync(join(folder, 'file'), '');
  const { alerting, said, rounds } = await start(undefined, join(folder, 'file/alerts.json'));
  await rounds(4);
  expect(said.filter((line) => line.startsWith('alerts are not kept: '))).toHaveLength(1);
  await alerting.close();
});

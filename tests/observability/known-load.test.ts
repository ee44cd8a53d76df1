import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programPath } from '@dormouse/monitoring/programs';
import { prometheusApi } from '@dormouse/telemetry/query/prometheus-api';
import { exposition } from '@dormouse/telemetry/query/prometheus-text';
import { Telemetry } from '@dormouse/telemetry/telemetry';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../needs.ts';
import { eventually } from '../platform.ts';
import { askEdge, expectedOfEdge } from './known-load/edge.ts';
import { elsewhere } from './known-load/elsewhere.ts';
import { type Expected, expectedOfPanels, expectedOfRules, type Near } from './known-load/expected.ts';
import { labelsText, oracle } from './known-load/oracle.ts';
import { expectedOfPlatform, tellOfPlatform } from './known-load/platform.ts';
import { liveProcesses } from './known-load/processes.ts';
import { alertQuestions, objectiveQuestions, panelQuestions } from './known-load/questions.ts';
import { type RunningPrometheus, startPrometheus } from './prometheus.ts';

const seconds = 1_200;
const endMs = Math.floor(Date.now() / 20_000) * 20_000;

const telemetry = new Telemetry();
const client = askEdge(telemetry, seconds, endMs);
const known = oracle(liveProcesses(telemetry, seconds, endMs), seconds);
tellOfPlatform(telemetry, endMs);

const questions = new Map([...panelQuestions(seconds), ...alertQuestions(), ...objectiveQuestions()]);
const expected: Readonly<Record<string, Expected>> = {
  ...expectedOfEdge(client, seconds),
  ...expectedOfPanels(known),
  ...expectedOfRules(known),
  ...expectedOfPlatform,
};

test('each panel, alert and objective is compared with what was counted here, or elsewhere for a reason', () => {
  expect([...Object.keys(expected), ...Object.keys(elsewhere)].sort()).toEqual([...questions.keys()].sort());
});

test('nothing that was sent was refused', () => {
  expect(telemetry.refused.measured(endMs)).toEqual([]);
});

interface Point {
  metric: Readonly<Record<string, string>>;
  value: number;
}
type Ask = (query: string) => Promise<Point[]>;

/** Who measured is not what panels show. */
const ofProcess = ['__name__', 'job', 'instance', 'deployment_environment_name'];
const shown = (metric: Point['metric']): string =>
  labelsText(
    metric,
    Object.keys(metric).filter((name) => !ofProcess.includes(name)),
  );
const sorted = (points: Iterable<readonly [string, number]>) =>
  [...points].sort(([a, x], [b, y]) => (a === b ? x - y : a < b ? -1 : 1));

function isNear(near: Near, found: number, wanted: number): boolean {
  if (near === 'exact') return found === wanted;
  if (near === 'percent') return Math.abs(found - wanted) <= Math.abs(wanted) / 100 + 1e-9;
  const bucketOf = (value: number) => near.filter((bound) => value > bound).length;
  return Math.abs(bucketOf(found) - bucketOf(wanted)) <= 1;
}

function agreeing(ask: Ask): void {
  test.each(Object.entries(expected))('%s', async (name, [near, values]) => {
    const wanted = sorted(values);
    const keys = new Set(wanted.map(([key]) => key));
    const points = (await ask(questions.get(name)!)).map(({ metric, value }) => [shown(metric), value] as const);
    // Of what did not happen in the range there is a zero, or no quantile.
    const found = sorted(points.filter(([key, value]) => keys.has(key) || (value !== 0 && !Number.isNaN(value))));
    expect(found.map(([key]) => key)).toEqual(wanted.map(([key]) => key));
    for (const [i, [key, value]] of wanted.entries())
      expect(isNear(near, found[i]![1], value), `${key}: ${found[i]![1]}, not ${value}`).toBe(true);
  });
}

describe('what the console answers is what was counted', () => {
  agreeing(async (query) => {
    const parameters = new URLSearchParams({ query, time: String(endMs / 1_000) });
    const { body } = await prometheusApi('query', parameters, telemetry.metrics, endMs);
    const { data, error } = JSON.parse(body) as {
      data?: { result: { metric: Record<string, string>; value: [number, string] }[] };
      error?: string;
    };
    if (!data) throw new Error(error);
    return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  });
});

describe('and so it is with Prometheus', needs('prometheus', 'promtool'), () => {
  const home = mkdtempSync(join(tmpdir(), 'dormouse-load-'));
  let prometheus: RunningPrometheus | undefined;
  beforeAll(async () => {
    const file = join(home, 'samples.txt');
    writeFileSync(file, exposition(telemetry.metrics, { nowMs: endMs, openMetrics: true, all: true }));
    mkdirSync(join(home, 'prometheus'));
    execFileSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', file, join(home, 'prometheus/data')]);
    prometheus = await startPrometheus(programPath('prometheus')!, home);
    await eventually(
      () => prometheus!.queryRange('dormouse_edge_request_duration_seconds_count', at),
      ({ length }) => length > 0,
    );
  }, 60_000);
  afterAll(async () => {
    await prometheus?.stop();
    rmSync(home, { recursive: true, force: true });
  });
  const at = { start: endMs / 1_000, end: endMs / 1_000, step: 1 };

  agreeing(async (query) => {
    const lines = await prometheus!.queryRange(query, at);
    return lines.map(({ metric, values: [value] }) => ({ metric, value: value! }));
  });
});

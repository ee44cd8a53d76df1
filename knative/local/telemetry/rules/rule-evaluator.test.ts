import { describe, expect, test } from 'vitest';
import { type Measured, MetricStore } from '../metric-store.ts';
import { evaluator as query } from '../query/promql/evaluate.ts';
import { parseQuery } from '../query/promql/parse.ts';
import { vectorOf } from '../query/promql/value.ts';
import { inTurns } from '../query/turns.ts';
import { readRules } from './read-rules.ts';
import { RuleEvaluator, type RuleEvaluatorOptions } from './rule-evaluator.ts';

const startMs = Date.parse('2026-01-01T00:00:00Z');
const everyMs = 15_000;

const measured = (name: string, value: number, labels: Record<string, string>, timeMs: number): Measured => ({
  family: { name, kind: 'gauge', unit: '', description: '' },
  ...{ labels, timeMs, value },
});

function begin(rules: string, options: Partial<RuleEvaluatorOptions> = {}) {
  const store = new MetricStore({ bytes: 64 * 1024 * 1024 });
  const groups = readRules(`groups: [{ name: g, rules: ${rules} }]`, 'test.yaml', everyMs);
  const evaluator = new RuleEvaluator({ groups, store, ...options });
  let nowMs = startMs;
  return {
    ...{ store, evaluator },
    get nowMs() {
      return nowMs;
    },
    /** Measures something and evaluates. */
    async step(values: Readonly<Record<string, number>> = {}, ms = everyMs) {
      nowMs += ms;
      for (const [service, value] of Object.entries(values)) store.add(measured('load', value, { service }, nowMs));
      await evaluator.evaluate(nowMs);
      return evaluator.groups[0]!.rules.flatMap(({ alerts }) =>
        alerts.map(({ labels, state }) => `${labels.service} ${state}`),
      );
    },
    async ask(text: string) {
      const found = await inTurns(query(parseQuery(text), evaluator.select, { fromMs: nowMs, toMs: nowMs })(nowMs));
      return vectorOf(found, 'a test').map(({ labels, value }) => ({ ...labels, value }));
    },
    get state() {
      return evaluator.groups[0]!.rules[0]!;
    },
  };
}

const high =
  '{ alert: High, expr: load > 5, for: 30s, labels: { severity: page }, annotations: { summary: "{{ $labels.service }} has {{ $value }}" } }';

describe('an alert', () => {
  test('is pending, fires once it has lasted, and ends at once', async () => {
    const rules = begin(`[${high}]`);
    expect(await rules.step({ posts: 6, web: 1 })).toEqual(['posts pending']);
    expect(await rules.step({ posts: 7, web: 9 })).toEqual(['posts pending', 'web pending']);
    expect(await rules.step({ posts: 8, web: 9 })).toEqual(['posts firing', 'web pending']);
    expect(rules.state.alerts[0]).toMatchObject({
      ...{ value: 8, activeAtMs: startMs + everyMs },
      labels: { alertname: 'High', service: 'posts', severity: 'page' },
      annotations: { summary: 'posts has 8' },
    });
    expect(await rules.step({ posts: 1, web: 1 })).toEqual([]);
  });

  test('is a series for as long as it lasts, and no longer', async () => {
    const rules = begin(`[${high}]`);
    await rules.step({ posts: 6 });
    const common = { alertname: 'High', service: 'posts', severity: 'page' };
    expect(await rules.ask('ALERTS')).toEqual([{ __name__: 'ALERTS', ...common, alertstate: 'pending', value: 1 }]);
    expect(await rules.ask('ALERTS_FOR_STATE')).toMatchObject([{ ...common, value: (startMs + everyMs) / 1_000 }]);
    await rules.step({ posts: 6 });
    await rules.step({ posts: 6 });
    expect(await rules.ask('ALERTS')).toMatchObject([{ alertstate: 'firing' }]);
    await rules.step({ posts: 1 });
    expect(await rules.ask('ALERTS')).toEqual([]);
    expect(await rules.ask('max_over_time(ALERTS{alertstate="firing"}[5m])')).toMatchObject([{ value: 1 }]);
  });

  test('is kept firing for as long as its rule says, and not longer when it comes back meanwhile', async () => {
    const rules = begin('[{ alert: High, expr: load > 5, keep_firing_for: 30s }]');
    expect(await rules.step({ posts: 6 })).toEqual(['posts firing']);
    expect(await rules.step({ posts: 1 })).toEqual(['posts firing']);
    expect(rules.state.alerts[0]?.keepFiringSinceMs).toBe(rules.nowMs);
    expect(await rules.step({ posts: 6 })).toEqual(['posts firing']);
    expect(rules.state.alerts[0]).not.toHaveProperty('keepFiringSinceMs');
    expect(await rules.step({ posts: 1 })).toEqual(['posts firing']);
    expect(await rules.step({ posts: 1 })).toEqual(['posts firing']);
    expect(await rules.step({ posts: 1 })).toEqual([]);
  });

  test('waits no longer than its time when the clock is set back by an hour', async () => {
    const rules = begin('[{ alert: High, expr: vector(1), for: 30s }]');
    await rules.step();
    await rules.step({}, -3_600_000);
    await rules.step();
    expect(await rules.step()).toEqual(['undefined firing']);
    expect(await rules.ask('ALERTS{alertstate="firing"}')).toHaveLength(1);
    const [failures] = rules.evaluator.select([{ label: 'rule_group', operator: '!=', value: '' }], 0, startMs * 2);
    expect(failures?.times).toEqual([1, 2, 3].map((n) => startMs + everyMs * n - 3_600_000));
  });

  test('cannot be two: the rule fails, says so, and keeps what it knew', async () => {
    const rules = begin('[{ alert: High, expr: load > 5, labels: { service: all } }]');
    await rules.step({ posts: 6 });
    expect(await rules.step({ posts: 6, web: 6 })).toEqual(['all firing']);
    expect(rules.state).toMatchObject({
      health: 'err',
      lastError: 'vector contains metrics with the same labelset after applying alert labels',
    });
    expect(await rules.ask('increase(prometheus_rule_evaluation_failures_total[5m])')).toMatchObject([
      { rule_group: 'test.yaml;g', value: expect.closeTo(1, 0) },
    ]);
    await rules.step({ posts: 6, web: 1 });
    expect(rules.state).toMatchObject({ health: 'ok' });
    expect(rules.state).not.toHaveProperty('lastError');
  });

  test('of a thousand series and more is an error, not a flood', async () => {
    const rules = begin('[{ alert: High, expr: load > 5 }]');
    await rules.step(Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [`s${i}`, 6])));
    expect(rules.state).toMatchObject({
      health: 'err',
      lastError: 'exceeded limit of 1000 with 1001 alerts',
      alerts: [],
    });
    expect(rules.evaluator.series.samples).toBe(1);
  });
});

describe('what is recorded', () => {
  test('can be asked for by the rules below it, with the rule’s labels', async () => {
    const rules = begin(
      '[{ record: "load:sum", expr: sum(load), labels: { of: all } }, { record: "load:twice", expr: 2 * load:sum }]',
    );
    await rules.step({ posts: 6, web: 1 });
    expect(await rules.ask('load:twice')).toEqual([{ __name__: 'load:twice', of: 'all', value: 14 }]);
    await rules.step({}, 600_000);
    expect(await rules.ask('load:sum')).toEqual([]);
  });

  test('of an interval of its own is recorded once in it', async () => {
    const store = new MetricStore();
    const text = 'groups: [{ name: slow, interval: 1m, rules: [{ record: one, expr: 1 }] }]';
    const evaluator = new RuleEvaluator({ groups: readRules(text, 'test.yaml', everyMs), store });
    for (let ms = 0; ms < 180_000; ms += everyMs) await evaluator.evaluate(startMs + ms);
    expect(evaluator.select([{ label: '__name__', operator: '=', value: 'one' }], 0, startMs * 2)[0]?.times).toEqual(
      [0, 60_000, 120_000].map((ms) => startMs + ms),
    );
  });

  test('is no more than a bound, whatever the rules give', async () => {
    const rules = begin('[{ record: copied, expr: load }]');
    await rules.step(Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [`s${i}`, 6])));
    expect(rules.state.lastError).toBe('exceeded limit of 1000 with 1001 series');
  });
});

describe('a rule that asks for what nobody gives', () => {
  const external = ['pg_up', 'up'];

  test.each([
    ['pg_up == 0', ['pg_up']],
    ['absent(up{job="loki"} == 1)', ['up']],
    ['sum(load) > 1 and on () pg_up == 0', ['pg_up']],
    ['pg_up == 0 or up == 0', ['pg_up', 'up']],
    ['pg_up == 0 or load > 100', []],
    ['load > 100 unless on () pg_up', []],
    ['max_over_time(sum(pg_up)[5m:1m]) < 1', ['pg_up']],
  ])('%s misses %j', async (expr, missing) => {
    const rules = begin(`[{ alert: Blind, expr: ${JSON.stringify(expr)} }]`, { external });
    await rules.step({ posts: 1 });
    expect(rules.state).toMatchObject({ missing, health: missing.length > 0 ? 'unknown' : 'ok', alerts: [] });
  });

  test('is evaluated once somebody gives it, and still when nobody does any more', async () => {
    const rules = begin('[{ alert: Down, expr: "absent(up{job=\\"loki\\"} == 1)" }]', { external });
    await rules.step();
    expect(rules.state.alerts).toEqual([]);
    rules.store.add(measured('up', 1, { job: 'tempo' }, rules.nowMs));
    await rules.step();
    expect(rules.state.missing).toEqual(['up']);
    rules.store.add(measured('up', 1, { job: 'loki' }, rules.nowMs));
    await rules.step();
    expect(rules.state).toMatchObject({ missing: [], alerts: [] });
    await rules.step({}, 3_700_000);
    expect(rules.state.alerts).toHaveLength(1);
  });
});

test('a rule that looks back further than anything is kept is known', () => {
  const { evaluator } = begin(
    '[{ alert: A, expr: "max_over_time(load[1h]) > 5" }, { alert: B, expr: "max_over_time(load[7d]) > 5" }, { record: r, expr: load }, { alert: C, expr: "sum_over_time(r[3d]) > 5" }, { alert: D, expr: "sum_over_time(r[30d]) > 5" }]',
  );
  expect(evaluator.groups[0]!.rules.map(({ looksBackMs }) => looksBackMs && looksBackMs / 86_400_000)).toEqual([
    ...[undefined, 7, undefined, undefined, 30],
  ]);
});

describe('a process that ended and is there again', () => {
  const saved = async (...values: number[]) => {
    const before = begin(`[${high}]`);
    for (const value of values) await before.step({ posts: value });
    return { state: JSON.parse(JSON.stringify(before.evaluator.save(before.nowMs))), nowMs: before.nowMs };
  };
  const after = async (awayMs: number, ...values: number[]) => {
    const { state, nowMs } = await saved(...values);
    const rules = begin(`[${high}]`);
    rules.evaluator.restore(state, nowMs + awayMs);
    return { rules, first: await rules.step({ posts: 6 }, nowMs + awayMs - startMs) };
  };

  test('goes on with what fired, and since when', async () => {
    const { rules, first } = await after(60_000, 6, 6, 6);
    expect(first).toEqual(['posts firing']);
    expect(rules.state.alerts[0]?.activeAtMs).toBe(startMs + everyMs);
  });

  test('does not count the time when nobody looked', async () => {
    const { rules, first } = await after(20 * 60_000, 6, 6);
    expect(first).toEqual(['posts pending']);
    expect(await rules.step({ posts: 6 })).toEqual(['posts firing']);
  });

  test('knows nothing that is older than an hour', async () => {
    expect((await after(61 * 60_000, 6, 6, 6)).first).toEqual(['posts pending']);
  });

  test('ignores what was saved of another rule', async () => {
    const { state, nowMs } = await saved(6, 6, 6);
    const rules = begin('[{ alert: Other, expr: vector(1), for: 1m }]');
    rules.evaluator.restore(state, nowMs);
    await rules.step({}, nowMs - startMs);
    expect(rules.state.alerts).toMatchObject([{ labels: { alertname: 'Other' }, state: 'pending' }]);
  });
});

/** How often the process could do something else meanwhile. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  const turn = () => {
    turns++;
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  await work();
  clearImmediate(next);
  return turns;
}

test('a hundred small rules leave the process its turns', async () => {
  const rules = begin(`[${Array.from({ length: 100 }, (_, i) => `{ record: "r${i}", expr: ${i} }`).join(', ')}]`);
  expect(await turnsDuring(() => rules.step())).toBeGreaterThan(90);
});

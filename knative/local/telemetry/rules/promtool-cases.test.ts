import { evaluationSeconds } from '@dormouse/observability/burn-rate';
import { caseFiles, rules } from '@dormouse/observability/documents';
import { unitTest } from '@dormouse/observability/rule-tests/unit-test';
import { describe, expect, test } from 'vitest';
import { MetricStore } from '../metric-store.ts';
import { durationMs } from '../query/promql/literals.ts';
import { selectInput } from './input-series.fixture.ts';
import { readRules } from './read-rules.ts';
import type { Rule } from './rule.ts';
import { RuleEvaluator } from './rule-evaluator.ts';

const minuteMs = 60_000;
const texts = rules();

interface Written {
  alert_rule_test: [
    { eval_time: string; alertname: string; exp_alerts: { exp_labels: object; exp_annotations: object }[] },
  ];
}

/** What promtool would say of a case: the alerts that fire at its time. */
async function firing(name: string, { series, at, alert }: (typeof caseFiles)[string][number]): Promise<object[]> {
  // As often as their tests say: sums over time count on it.
  const everyMs = name === 'slo' ? evaluationSeconds * 1000 : minuteMs;
  const istio = Object.keys(series).some((each) => each.startsWith('istio_'));
  const groups = [...(istio ? ['edge'] : []), name].flatMap((file) =>
    readRules(texts.get(`${file}.yaml`) as string, `${file}.yaml`, minuteMs),
  );
  const asked = groups.flatMap((group) => group.rules.filter(({ name: of }) => of === alert));
  /** Of the objectives only the alert's own: the others would take a minute. */
  const concerns = ({ kind, name: of, labels: { slo } }: Rule) =>
    kind === 'recording' ? !slo || asked.some(({ query }) => query.includes(`"${slo}"`)) : of === alert;
  const evaluator = new RuleEvaluator({
    groups: groups.map((group) => ({
      ...group,
      intervalMs: everyMs,
      rules: group.rules.filter(concerns),
    })),
    store: new MetricStore(),
    select: selectInput(series, minuteMs),
  });
  for (let ms = 0; ms <= durationMs(at); ms += everyMs) await evaluator.evaluate(ms);
  const states = evaluator.groups.flatMap((group) => group.rules);
  expect(states.filter(({ health }) => health !== 'ok').map(({ rule, lastError }) => [rule.name, lastError])).toEqual(
    [],
  );
  return states
    .filter(({ rule }) => rule.kind === 'alerting')
    .flatMap(({ alerts }) => alerts.filter(({ state }) => state === 'firing'))
    .map(({ labels: { alertname: _, ...labels }, annotations }) => ({
      exp_labels: labels,
      exp_annotations: annotations,
    }));
}

describe.each(Object.entries(caseFiles))('%s: the console’s rules do what promtool says of them', (name, cases) => {
  test.each(cases.map((each) => ({ each, name: (unitTest(each) as { name: string }).name })))(
    '$name',
    async ({ each }) => {
      const [{ exp_alerts: expected }] = (unitTest(each) as Written).alert_rule_test;
      const found = await firing(name, each);
      expect(found).toHaveLength(expected.length);
      expect(found).toEqual(expect.arrayContaining(expected));
    },
  );
});

import { evaluationSeconds, minBadEvents } from '../../burn-rate.ts';
import { objectives, percent } from '../../objectives.ts';
import type { Described } from '../dashboard.ts';
import { graph, number, table } from '../panels.ts';

const promises = objectives.map(({ name, promise }) => `${name}: ${promise}`).join('\n\n');
const burn = (window: string) => ({
  expr: `slo:bad:ratio_${window} / on (slo) (1 - slo:target:ratio)`,
  legend: '{{slo}}',
});

export const slos: Described = {
  uid: 'slos',
  title: 'SLOs',
  description: `What is promised over thirty days. Rates are recorded every ${evaluationSeconds} s; fewer than ${minBadEvents} bad ones wake nobody.`,
  rows: [
    {
      title: 'What is left of the budget',
      panels: objectives.map(({ name, promise, target }) =>
        number(name, 'percentunit', `slo:budget:remaining{slo="${name}"}`, {
          description: `${promise} (${percent(target)})`,
          limits: { warn: 0.5, bad: 0 },
        }),
      ),
    },
    {
      title: 'How fast it burns',
      panels: [
        graph('Over an hour', 'short', [burn('1h')], {
          description: 'At 14.4 somebody is woken: two days would use up the month.',
          limits: { warn: 6, bad: 14.4 },
        }),
        graph('Over six hours', 'short', [burn('6h')], { limits: { warn: 1, bad: 6 } }),
        graph('Over three days', 'short', [burn('3d')], { limits: { warn: 0.9, bad: 1 } }),
        graph('Bad, in the last five minutes', 'percentunit', [{ expr: 'slo:bad:ratio_5m', legend: '{{slo}}' }]),
        graph('Counted', 'cps', [{ expr: 'slo:total:rate5m', legend: '{{slo}}' }]),
        graph('Bad', 'cps', [{ expr: 'slo:bad:rate5m', legend: '{{slo}}' }]),
        table('Targets', 'percentunit', 'slo:target:ratio', { description: promises }),
      ],
    },
  ],
};

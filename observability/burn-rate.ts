import { type Objective, objectives } from './objectives.ts';
import type { Alert, Group, Recording, Severity } from './rule.ts';

/** Seconds between evaluations of objectives; sums over time count on it. */
export const evaluationSeconds = 60;
/** Fewer bad events than this in the longest window do not alert, whatever their share is. */
export const minBadEvents = 5;

interface Burn {
  severity: Severity;
  long: string;
  /** Must burn too, so that the alert ends soon after the fault does. */
  short: string;
  /** How many times faster than a budget that lasts for exactly thirty days. */
  factor: number;
}

/** Windows and factors of Google's SRE workbook, chapter 5. */
export const burns: readonly Burn[] = [
  { severity: 'page', long: '1h', short: '5m', factor: 14.4 },
  { severity: 'page', long: '6h', short: '30m', factor: 6 },
  { severity: 'ticket', long: '1d', short: '2h', factor: 3 },
  { severity: 'ticket', long: '3d', short: '6h', factor: 1 },
];

const total = 'slo:total:rate5m';
const bad = 'slo:bad:rate5m';
const ratioOver = (window: string) => `slo:bad:ratio_${window}`;

const counted = ({ name, total: all, bad: failed }: Objective): Recording[] => [
  { record: total, expr: all, labels: { slo: name } },
  { record: bad, expr: `(${failed}) or 0 * (${all})`, labels: { slo: name } },
];

const windows = [...new Set(burns.flatMap(({ short, long }) => [short, long]))];
/** Of nothing there is no part: not NaN, but no value. */
const ratio = (window: string): Recording => ({
  record: ratioOver(window),
  expr: `${window === '5m' ? `${bad} / ${total}` : `sum_over_time(${bad}[${window}]) / sum_over_time(${total}[${window}])`} >= 0`,
});

/** Rates are recorded per objective, without instances; every longer window is a sum of those. */
const recorded: Group = {
  name: 'slo',
  interval: evaluationSeconds,
  rules: [
    ...objectives.flatMap(counted),
    ...windows.map(ratio),
    ...objectives.map(({ name, target }) => ({
      record: 'slo:target:ratio',
      expr: `vector(${target})`,
      labels: { slo: name },
    })),
  ],
};

/** What is left of thirty days' budget: 1 untouched, 0 used up, below it overdrawn. */
const budget: Group = {
  name: 'slo-budget',
  interval: 300,
  rules: [
    {
      record: 'slo:budget:remaining',
      expr: `1 - (sum_over_time(${bad}[30d]) / sum_over_time(${total}[30d]) >= 0) / on (slo) (1 - slo:target:ratio)`,
    },
  ],
};

function burning({ name, alert, target, promise }: Objective, severity: Severity): Alert {
  const chosen = burns.filter((each) => each.severity === severity);
  const above = (window: string, factor: number) =>
    `${ratioOver(window)}{slo="${name}"} > ${Number((factor * (1 - target)).toFixed(6))}`;
  const pairs = chosen.map(({ long, short, factor }) => `(${above(long, factor)} and ${above(short, factor)})`);
  const maxWindow = chosen.at(-1)!.long;
  return {
    name: alert,
    severity,
    expr: `(${pairs.join(' or ')}) and ${evaluationSeconds} * sum_over_time(${bad}{slo="${name}"}[${maxWindow}]) >= ${minBadEvents}`,
    summary: `The error budget burns ${severity === 'page' ? 'fast' : 'slowly but steadily'}: ${promise}.`,
  };
}

const alerts: Group = {
  name: 'slo-burn',
  interval: evaluationSeconds,
  rules: objectives.flatMap((objective) => [burning(objective, 'page'), burning(objective, 'ticket')]),
};

export const objectiveGroups: readonly Group[] = [recorded, budget, alerts];

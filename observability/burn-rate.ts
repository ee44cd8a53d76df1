import { type Objective, objectives } from './objectives.ts';
import { type Alert, type Group, type Recording, type Severity, unlessOver, unlessToldOf } from './rule.ts';

/** Seconds between evaluations of objectives; sums over time count on it. */
export const evaluationSeconds = 30;
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
const secondsOf = (window: string): number =>
  Number.parseInt(window, 10) * { m: 60, h: 3_600, d: 86_400 }[window.at(-1) as 'm' | 'h' | 'd'];
/** A window counts as at least so much of the time before, or as all of it where it is shorter. */
const youngSeconds = 10_800;
/**
 * What was bad, as a part of what was asked. A Prometheus that has known a minute, an outage, does not take it for six hours of
 * one: as long as it is young, it believes that as much was asked before, and all was well. Of nothing there is no part: not NaN, but no value.
 */
const ratio = (window: string): Recording => {
  const samples = Math.min(secondsOf(window), youngSeconds) / evaluationSeconds;
  const asked = `avg_over_time(${total}[${window}]) * clamp_min(count_over_time(${total}[${window}]), ${samples})`;
  return {
    record: ratioOver(window),
    expr: window === '5m' ? `${bad} / ${total} >= 0` : `sum_over_time(${bad}[${window}]) / (${asked}) >= 0`,
  };
};

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

/** Alerts of what requests fail from, or are slow by. Who was told of that is not told of requests as well, and not after it is over either. */
const causesOfRequests = ['DatabaseUnreachable', 'DatabaseDiskFull', 'FunctionNotReady', 'RefusedAtEdge'];

/** That of a page has to burn now, not only in the last five minutes: nobody is woken for what is over. Events are late when it is over. */
function pageLasts({ alert, bad: failed, total: all, target, causes }: Objective, factor: number): string {
  if (causes) return unlessToldOf(causes, { window: '10m' });
  const part = (window: string) =>
    [failed, all].map((expr) => `(${expr.replaceAll('[5m]', `[${window}]`)})`).join(' / ');
  const allowed = share(factor, target);
  const now = unlessOver(
    (window) => `${part(window)} > ${allowed}`,
    (window) => `${part(window)} <= ${allowed}`,
  );
  return `and on () (${now}) ${unlessToldOf(causesOfRequests, { self: `alertname="${alert}",severity="page"` })}`;
}

/** That of a ticket has to burn steadily: in four moments of an hour five minutes apart, one of them in the last quarter. A fault of some minutes is none. */
function ticketLasts({ name, alert, target, causes = causesOfRequests }: Objective, factor: number): string {
  const [burned, allowed] = [`slo:bad:ratio_5m{slo="${name}"}`, share(factor, target)];
  const self = `alertname="${alert}",severity="ticket"`;
  return (
    `and on () sum_over_time((${burned} > bool ${allowed})[1h:5m]) >= 4 and on () max_over_time(${burned}[15m]) > ${allowed} ` +
    unlessToldOf([...causes, alert], { self, window: '30m' })
  );
}

const share = (factor: number, target: number) => Number((factor * (1 - target)).toFixed(6));

function burning(objective: Objective, severity: Severity): Alert {
  const { name, alert, target, promise } = objective;
  const chosen = burns.filter((each) => each.severity === severity);
  const above = (window: string, factor: number) => `${ratioOver(window)}{slo="${name}"} > ${share(factor, target)}`;
  const pairs = chosen.map(({ long, short, factor }) => `(${above(long, factor)} and ${above(short, factor)})`);
  const { long, factor } = chosen.at(-1)!;
  const many = `${evaluationSeconds} * sum_over_time(${bad}{slo="${name}"}[${long}]) >= ${minBadEvents}`;
  const still = severity === 'page' ? pageLasts(objective, factor) : ticketLasts(objective, factor);
  return {
    name: alert,
    severity,
    expr: `(${pairs.join(' or ')}) and ${many} ${still}`,
    summary: `The error budget burns ${severity === 'page' ? 'fast' : 'slowly but steadily'}: ${promise}.`,
  };
}

const alerts: Group = {
  name: 'slo-burn',
  rules: objectives.flatMap((objective) => [burning(objective, 'page'), burning(objective, 'ticket')]),
};

export const objectiveGroups: readonly Group[] = [recorded, budget, alerts];

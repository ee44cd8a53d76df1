import { type Flat, labelOf } from '@dormouse/telemetry/query/prometheus-series';
import type { EvaluatedRules } from '@dormouse/telemetry/rules/rule-evaluator';
import { html } from 'hono/html';
import type { Markup } from './layout.ts';

/** What is recorded less often than each few minutes is not. */
const currentMs = 10 * 60_000;

/** The objectives, and what rules have recorded of them; before anything happened there is no data, which is not 100 %. */
export function objectivesTable({ select }: EvaluatedRules, nowMs: number): Markup | '' {
  const latest = (name: string) => {
    const found = select([{ label: '__name__', operator: '=', value: name }], nowMs - currentMs, nowMs);
    return new Map(found.filter(isCurrent).map(({ labels, values }) => [labelOf(labels, 'slo'), values.at(-1)]));
  };
  const [targets, hour, budget] = [
    latest('slo:target:ratio'),
    latest('slo:bad:ratio_1h'),
    latest('slo:budget:remaining'),
  ];
  if (targets.size === 0) return '';
  const part = (value: number | undefined) =>
    value === undefined || Number.isNaN(value) ? html`<span class="quiet">no data yet</span>` : percent(value);
  return html`<section><h2>Objectives</h2><div class="scroll"><table><thead><tr><th>Objective</th><th class="number">Target</th><th class="number">Bad in the last hour</th><th class="number">Error budget left</th></tr></thead>
<tbody>${[...targets].map(
    ([slo, target]) =>
      html`<tr><th>${slo}</th><td class="number">${part(target)}</td><td class="number">${part(hour.get(slo))}</td><td class="number">${part(budget.get(slo))}</td></tr>`,
  )}</tbody></table></div></section>`;
}

const isCurrent = ({ times, ends = [] }: Flat): boolean => (times.at(-1) ?? 0) > (ends.at(-1) ?? 0);

/** A target of 99.9 % is not 100 %. */
const percent = (part: number): string => `${(part * 100).toLocaleString('en', { maximumFractionDigits: 2 })} %`;

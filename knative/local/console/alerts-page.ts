import { type ActiveAlert, isSign } from '@dormouse/telemetry/rules/alert-states';
import type { Alerting } from '@dormouse/telemetry/rules/alerting';
import type { RuleState } from '@dormouse/telemetry/rules/rule-evaluator';
import { notEvaluated, stateOf } from '@dormouse/telemetry/rules/rules-api';
import { html } from 'hono/html';
import { clockTime, count, duration } from './format.ts';
import { heading, type Markup, nothing, type Page } from './layout.ts';
import { objectivesTable } from './objectives-table.ts';
import type { ConsoleSources } from './sources.ts';

/** Page of alerts: what fires, what may soon, what is healthy, what nobody can know, and who is told. */
export function alertsPage({ alerting }: ConsoleSources, nowMs = Date.now()): Page {
  const known = alerting?.();
  if (!known?.round)
    return pageOf(
      html`${heading('Alerts')}${nothing('Not evaluated.', 'Rules are evaluated once the platform is up and has read what was measured before.')}`,
    );
  const states = known.rules.groups.flatMap(({ rules }) => rules);
  const alerts = states.filter(({ rule }) => rule.kind === 'alerting');
  const shown = alerts.flatMap((state) => state.alerts.map((alert) => ({ state, alert })));
  const of = (state: ActiveAlert['state']) => shown.filter(({ alert }) => alert.state === state && !isSign(alert));
  const [firing, pending] = [of('firing'), of('pending')];
  const { atMs, tookMs } = known.round;
  const aside = html`<p class="quiet">${count(states.filter((each) => !notEvaluated(each)).length, 'rule')} evaluated ${clockTime(atMs)}, in ${duration(tookMs)}</p>`;
  return pageOf(html`${heading(html`Alerts <small>${firing.length === 0 ? 'none fires' : `${firing.length} firing`}</small>`, aside)}
${notified(known)}
${firing.length > 0 ? alertTable('Firing', firing, known, nowMs) : html`<p class="lead">No alert fires.</p>`}
${pending.length > 0 && alertTable('Pending', pending, known, nowMs)}
${faults(known, states)}
${objectivesTable(known.rules, atMs)}
${healthy(alerts)}
${blind(alerts)}
${shortSighted(states)}`);
}

const pageOf = (content: Markup): Page => ({
  ...{ name: 'alerts', title: 'Alerts', live: 'alerts', content, refreshSeconds: 15 },
});

interface Shown {
  state: RuleState;
  alert: ActiveAlert;
}

const rank = ({ alert }: Shown): string => `${alert.labels.severity === 'page' ? 0 : 1} ${alert.labels.alertname}`;

const alertTable = (title: string, shown: readonly Shown[], known: Alerting, nowMs: number) => {
  const rows = [...shown].sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, 200);
  return html`<section><h2>${title}</h2><div class="scroll"><table class="alerts"><thead><tr><th>Severity</th><th>Alert</th><th>Since</th><th class="number">Value</th><th>Labels</th></tr></thead>
<tbody>${rows.map((each) => alertRow(each, known, nowMs))}</tbody></table></div>
${shown.length > rows.length && html`<p class="quiet">and ${count(shown.length - rows.length, 'more', 'more')}</p>`}</section>`;
};

function alertRow({ state: { rule }, alert }: Shown, known: Alerting, nowMs: number): Markup {
  const { labels, annotations, activeAtMs, keepFiringSinceMs, value } = alert;
  const { alertname, severity, ...others } = labels;
  const inhibitor = alert.state === 'firing' ? known.inhibitor(alert) : undefined;
  const firesAtMs = rule.kind === 'alerting' ? activeAtMs + rule.forMs : undefined;
  return html`<tr data-key="${JSON.stringify(labels)}"><td><span class="chip ${severity === 'page' ? 'undeliverable' : 'pending'}">${severity ?? 'no severity'}</span></td>
<th><a href="/runbooks/${alertname}">${alertname}</a><p>${annotations.summary}</p>
${inhibitor && html`<p class="quiet">nobody is told: ${inhibitor.labels.alertname} fires</p>`}
${keepFiringSinceMs !== undefined && html`<p class="quiet">over since ${clockTime(keepFiringSinceMs)}, kept firing for a while</p>`}
${alert.state === 'pending' && firesAtMs !== undefined && html`<p class="quiet">fires at ${clockTime(firesAtMs)} if it lasts</p>`}</th>
<td class="time">${clockTime(activeAtMs)} <span class="quiet">(${duration(Math.max(0, nowMs - activeAtMs))})</span></td>
<td class="number">${number(value)}</td>
<td>${Object.entries(others).map(([name, text]) => html`<span class="tag">${name} ${text}</span> `)}</td></tr>`;
}

const number = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 4 });

function notified({ notifications }: Alerting): Markup {
  if (!notifications)
    return html`<p class="quiet">Nobody is told: <span class="code">npm start -- --alert-webhook URL</span> posts alerts when they begin and when they end.</p>`;
  const { to, succeededAtMs, failure } = notifications;
  if (failure)
    return html`<p class="cause">Alerts do not reach ${to}: ${failure.error} (${clockTime(failure.atMs)}). It is tried again each minute.</p>`;
  return html`<p class="quiet">Alerts go to ${to}${succeededAtMs === undefined ? '; nothing was told yet.' : html`; last told ${clockTime(succeededAtMs)}.`}</p>`;
}

function faults({ rules }: Alerting, states: readonly RuleState[]): Markup | '' {
  const failed = states.filter(({ health, missing }) => health === 'err' && missing.length === 0);
  if (failed.length + rules.unread.length === 0) return '';
  return html`<section><h2>Failed</h2><ul class="failed-rules">${rules.unread.map(({ file, error }) => html`<li class="cause">${file} is not evaluated: ${error}</li>`)}
${failed.map(({ rule, lastError }) => html`<li class="cause">${rule.name}: ${lastError}</li>`)}</ul></section>`;
}

function healthy(alerts: readonly RuleState[]): Markup {
  const names = namesOf(alerts.filter((each) => each.health === 'ok' && stateOf(each) === 'inactive'));
  return html`<section><h2>Healthy <small>${names.length}</small></h2><p>${linked(names)}</p></section>`;
}

function blind(alerts: readonly RuleState[]): Markup | '' {
  const byReason = Map.groupBy(
    alerts.filter((each) => each.missing.length > 0),
    ({ missing }) => missing.join(', '),
  );
  if (byReason.size === 0) return '';
  return html`<section><h2>Not evaluated <small>${namesOf([...byReason.values()].flat()).length}</small></h2>
<p class="quiet">Nothing on this machine gives what these alerts ask for: whether all is well there is not known.</p>
<div class="scroll"><table><thead><tr><th>Missing</th><th>Alerts</th></tr></thead><tbody>${[...byReason].map(
    ([reason, of]) => html`<tr><td class="code">${reason}</td><td>${namesOf(of).join(', ')}</td></tr>`,
  )}</tbody></table></div></section>`;
}

function shortSighted(states: readonly RuleState[]): Markup | '' {
  const short = namesOf(states.filter(({ looksBackMs, missing }) => looksBackMs && missing.length === 0));
  if (short.length === 0) return '';
  return html`<section><h2>Look back further than this machine does</h2>
<p class="quiet">Measurements are kept for an hour, what rules record for three days: of longer ranges these see the last part.</p><p>${short.join(', ')}</p></section>`;
}

const namesOf = (states: readonly RuleState[]): string[] => [...new Set(states.map(({ rule }) => rule.name))].sort();
const linked = (names: readonly string[]): Markup[] =>
  names.map((name, i) => html`${i > 0 && ', '}<a href="/runbooks/${name}">${name}</a>`);

import type { ServiceStatus } from '@dormouse/serving/service-status';
import { html } from 'hono/html';
import { eventTable } from './events-page.ts';
import { count, duration } from './format.ts';
import { heading, nothing, type Page } from './layout.ts';
import type { ConsoleSources } from './sources.ts';

const words: Readonly<Record<ServiceStatus['state'], string>> = {
  asleep: 'asleep',
  starting: 'waking',
  ready: 'awake',
  unready: 'not ready',
  draining: 'falling asleep',
  failed: 'failed',
};

/** Page of all functions: state, instances, requests. */
export function functionsPage({ services, routes, brokers }: ConsoleSources): Page {
  const all = services();
  const events = brokers.recent(6);
  const content = html`
${heading('Functions', html`<p class="quiet">${summary(all)}</p>`)}
${all.length === 0 ? nothing('No function is declared.', 'A Knative Service in the manifests makes one.') : html`<ul class="cards">${all.map(card)}</ul>`}
<section>
  <h2>Latest events</h2>
  ${events.length === 0 ? html`<p class="quiet">None yet: write something.</p>` : eventTable(events)}
</section>
<section>
  <h2>Routes</h2>
  <div class="scroll"><table><thead><tr><th>Host</th><th>Request</th><th>Goes to</th></tr></thead><tbody>${routes().map(
    ({ host, match, action }) =>
      html`<tr><td>${host}</td><td class="code">${match}</td><td class="code">${action}</td></tr>`,
  )}</tbody></table></div>
</section>`;
  return { name: 'functions', title: 'Functions', live: 'services event', content };
}

function summary(all: readonly ServiceStatus[]): string {
  const instances = all.reduce((sum, each) => sum + each.instances, 0);
  const awake = all.filter(({ state }) => state !== 'asleep' && state !== 'failed').length;
  if (all.length > 0 && awake === 0) return 'Everything is asleep. The first request wakes what it needs.';
  return `${awake} of ${count(all.length, 'function')} awake, in ${count(instances, 'process', 'processes')}`;
}

const maxPips = 12;

const causes: Readonly<Record<NonNullable<ServiceStatus['cause']>['kind'], string>> = {
  start: 'does not start',
  crash: 'keeps ending',
  readiness: 'is not ready',
  starting: 'starts',
};

function card({ name, revision, instances, state, requests, cause, last_cold_start_ms: coldStart }: ServiceStatus) {
  const pips = Array.from({ length: Math.min(instances, maxPips) }, () => html`<b class="pip"></b>`);
  return html`<li class="card ${state}" data-key="${name}">
  <div class="card-head"><span class="face" aria-hidden="true">${state === 'asleep' ? html`<i>z</i><i>z</i><i>z</i>` : html`<b class="eye"></b>`}</span><h2>${name}</h2><span class="state">${words[state]}</span></div>
  <div class="pips" title="${count(instances, 'instance')}">${instances === 0 ? html`<span class="quiet">no process</span>` : pips}${instances > maxPips && html`<span>+${instances - maxPips}</span>`}</div>
  <dl>
    <div><dt>instances</dt><dd>${instances}</dd></div>
    <div><dt>requests</dt><dd>${requests.toLocaleString('en')}</dd></div>
    <div><dt>last cold start</dt><dd>${coldStart === null ? '–' : duration(coldStart)}</dd></div>
  </dl>
  ${cause && cause.kind !== 'starting' && html`<p class="cause">${causes[cause.kind]}${cause.words && `: ${cause.words}`}</p>`}
  <p class="revision code">${revision}</p>
</li>`;
}

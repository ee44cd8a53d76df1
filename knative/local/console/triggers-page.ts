import { type ListedTrigger, triggerList } from '@dormouse/eventing/trigger-list';
import { wordsOf } from '@dormouse/filters/words';
import { channelOf } from '@dormouse/manifests/channel-address';
import { html } from 'hono/html';
import { count, duration, eventType } from './format.ts';
import { heading, nothing, type Page } from './layout.ts';
import type { ConsoleSources } from './sources.ts';

/** Page of the Triggers: filters, subscriber, and the catalogue's types that can match. */
export function triggersPage({ eventing }: ConsoleSources): Page {
  const all = eventing ? triggerList(eventing()) : [];
  const known = new Set(eventing?.().eventTypes.map(({ type }) => type)).size;
  const intro = html`<p class="quiet">${count(known, 'event type')} in the catalogue.</p>`;
  const list =
    all.length === 0
      ? nothing('There is no Trigger.', 'Each one of the manifests appears here.')
      : html`<ul class="failures">${all.map((each) => entry(each, known))}</ul>`;
  return {
    name: 'triggers',
    title: 'Triggers',
    content: html`${heading(html`Triggers <small>${all.length}</small>`, intro)}${list}`,
  };
}

const entry = (
  { name, namespace, broker, filters, subscriber, reply, delivery, types }: ListedTrigger,
  known: number,
) => html`<li data-key="${namespace} ${name}">
<h2>${name}</h2>
<dl class="pairs"><div><dt>lets pass</dt><dd class="code">${wordsOf(filters)}</dd></div>
<div><dt>from the ${channelOf(broker) === undefined ? 'broker' : 'channel'}</dt><dd class="code">${namespace}/${channelOf(broker) ?? broker}</dd></div>
<div><dt>to</dt><dd class="code">${subscriber}</dd></div>${
  reply &&
  html`
<div><dt>replies to</dt><dd class="code">${reply}</dd></div>`
}
<div><dt>delivery</dt><dd>${deliveryInWords(delivery)}</dd></div>
<div><dt>types that can match</dt><dd>${typesInWords(types, known)}</dd></div></dl></li>`;

function deliveryInWords({
  retry,
  backoff_policy,
  backoff_delay_ms,
  timeout_ms,
  retry_after_max_ms,
  dead_letter_sink,
  ordered,
}: ListedTrigger['delivery']) {
  const again =
    retry === 0
      ? 'one attempt'
      : `${count(retry, 'retry', 'retries')}, ${backoff_policy} from ${duration(backoff_delay_ms)}`;
  const limits = [
    ...(timeout_ms === undefined ? [] : [`${duration(timeout_ms)} for an answer`]),
    ...(retry_after_max_ms === undefined ? [] : [`Retry-After up to ${duration(retry_after_max_ms)}`]),
    ...(ordered ? ['in order'] : []),
  ];
  const sink = dead_letter_sink
    ? html`<br><span class="quiet">then to <span class="code">${dead_letter_sink}</span></span>`
    : '';
  return html`${[again, ...limits].join('; ')}${sink}`;
}

function typesInWords(types: readonly string[], known: number) {
  if (types.length === 0) return html`<span class="quiet">none</span>`;
  if (types.length === known && known > 1) return html`all ${known}`;
  return html`<ul class="plain">${types.map((type) => html`<li>${eventType(type)}</li>`)}</ul>`;
}

import { dateAndTime, day } from './dates.ts';
import { alert, field, hiddenField } from './field.ts';
import { type FormProblem, type SaidProblem, saidIn } from './form-problem.ts';
import { type Html, markup, none, trusted } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import type { SiteSettings } from './site.ts';
import type { DeliveryList, Webhook, WebhookDelivery } from './webhooks.ts';
import { wordsOf } from './words.ts';
import type { Words } from './words-en.ts';

/** What was typed into the form that makes one. */
export interface WebhookForm {
  url: string;
  events: readonly string[];
}

interface Page {
  site: SiteSettings;
  viewer: Viewer;
  /** A secret that was made just now. */
  secret?: string;
  notice?: keyof Words['webhooks']['notices'] | undefined;
  problem?: FormProblem | undefined;
}

export interface WebhooksPage extends Page {
  webhooks: readonly Webhook[];
  form: WebhookForm;
}

export interface WebhookPage extends Page {
  webhook: Webhook;
  sent: DeliveryList;
}

const path = '/blog/webhooks';
/** Types that can be chosen, in the order of the form. */
export const types = ['published', 'updated', 'unpublished', 'deleted'] as const;
export const typeOf = (verb: (typeof types)[number]) => `dev.dormouse.post.${verb}.v1` as const;

/** The page of all webhooks, on which one is made. */
export function webhooksPage(page: WebhooksPage): string {
  const { site, viewer, webhooks: all } = page;
  const words = wordsOf(site.language);
  const { webhooks } = words;
  return framed(
    page,
    webhooks.title,
    (problem) => markup`<p class="muted">${webhooks.about}</p>
${all.length > 0 ? markup`<ul class="rows" aria-label="${webhooks.title}">${all.map((each) => row(each, page, webhooks))}</ul>` : none}
<form method="post" action="${path}">
${hiddenField('csrf', viewer.csrf)}
<fieldset><legend>${webhooks.make}</legend>
${field({ name: 'url', label: webhooks.url, type: 'url', value: page.form.url, hint: webhooks.urlHint, autocomplete: 'off' }, problem)}
${choice(page.form.events, words, problem)}
<p class="actions"><button class="button">${webhooks.makeButton}</button></p>
</fieldset>
</form>`,
  );
}

/** The page of one: what it is told of, and what was sent and answered. */
export function webhookPage(page: WebhookPage): string {
  const { site, viewer, webhook, sent } = page;
  const words = wordsOf(site.language);
  const { webhooks } = words;
  const action = (name: string, text: string | Html, style = 'button quiet') =>
    markup`<button class="${style}" name="action" value="${name}">${text}</button>`;
  // There is no third secret while two are good.
  const rotate = webhook.old_secret_until === null ? action('rotate', webhooks.rotate) : none;
  const to = `${path}/${webhook.id}`;
  return framed(
    page,
    webhooks.of(new URL(webhook.url).hostname),
    (problem) => markup`<p><a href="${path}"><span aria-hidden="true">←</span> ${webhooks.title}</a></p>
<p class="made" dir="auto">${webhook.url}</p>
<p class="muted">${stateOf(webhook, site, webhooks)}</p>
<form method="post" action="${to}">
${hiddenField('csrf', viewer.csrf)}
<fieldset><legend>${webhooks.events}</legend>
${choice(webhook.events, words, problem, false)}
<p class="actions">${action('change', webhooks.save, 'button')}</p>
</fieldset>
</form>
<form method="post" action="${to}" class="actions">
${hiddenField('csrf', viewer.csrf)}
${webhook.enabled ? [action('test', webhooks.test), rotate, action('disable', webhooks.disable)] : [action('enable', webhooks.enable, 'button'), rotate]}
</form>
<section><h2 id="sent">${webhooks.sent}</h2>
${sent.deliveries.length > 0 ? markup`<ul class="rows" aria-labelledby="sent">${sent.deliveries.map((each) => deliveryRow(each, page, webhooks))}</ul>` : markup`<p class="muted">${webhooks.nothingSent}</p>`}
${sent.next ? markup`<nav class="pagination" aria-label="${webhooks.older}"><a href="${to}">${webhooks.newest}</a><a rel="next" href="${to}?after=${encodeURIComponent(sent.next)}">${webhooks.older} <span aria-hidden="true">→</span></a></nav>` : none}
</section>
<details><summary>${webhooks.removing}</summary>
<form method="post" action="${to}">${hiddenField('csrf', viewer.csrf)}<p>${webhooks.removingText}</p>
<p class="actions">${action('remove', webhooks.remove)}</p></form></details>`,
  );
}

function framed(page: Page, title: string, main: (problem: SaidProblem | undefined) => Html): string {
  const { site, viewer, notice, secret } = page;
  const words = wordsOf(site.language);
  const { webhooks } = words;
  const problem = saidIn(words, page.problem);
  return layout({
    site,
    title: problem ? words.problems.title(title) : title,
    viewer,
    current: 'webhooks',
    main: markup`<div class="editor people">
<h1 class="small">${title}</h1>
${notice && !problem ? markup`<p class="notice" role="status">${webhooks.notices[notice]}</p>` : none}
${alert(problem)}
${secret ? markup`<div class="notice" role="status"><p>${webhooks.secret}</p>\n<p><code class="made">${secret}</code></p></div>` : none}
${main(problem)}
</div>`,
  });
}

function choice(
  chosen: readonly string[],
  { webhooks }: Words,
  problem: SaidProblem | undefined,
  described = true,
): Html {
  const error = problem?.errors.events;
  return markup`${types.map((verb) => {
    const id = `events-${verb}`;
    const isChosen = chosen.includes(typeOf(verb));
    return markup`<p><input type="checkbox" id="${id}" name="${id}" value="yes"${isChosen ? trusted(' checked') : none}${error ? trusted(' aria-describedby="events-error"') : none}> <label for="${id}">${webhooks.types[verb]}</label></p>
`;
  })}${error ? markup`<p class="error" id="events-error">${webhooks.noType}</p>` : none}${described ? markup`<p class="hint">${webhooks.typesHint}</p>` : none}`;
}

const row = (webhook: Webhook, { site }: Page, webhooks: Words['webhooks']) =>
  markup`<li><p><a href="${path}/${webhook.id}" dir="auto"><b>${new URL(webhook.url).hostname}</b></a>
<span class="muted">${stateOf(webhook, site, webhooks)}</span></p></li>
`;

function stateOf(
  { enabled, disabled_reason, failing_since, old_secret_until, created_at }: Webhook,
  site: SiteSettings,
  webhooks: Words['webhooks'],
): Html {
  const old = old_secret_until ? markup` · ${webhooks.oldSecret(clock(old_secret_until, site))}` : none;
  if (!enabled) return markup`${webhooks.disabled[disabled_reason ?? 'operator']}${old}`;
  if (failing_since) return markup`${webhooks.failing(clock(failing_since, site))}${old}`;
  return markup`${webhooks.since(day(created_at, site))}${old}`;
}

/** Day and time, as clocks of the blog show it. */
const clock = (time: string, site: SiteSettings): Html =>
  markup`<time datetime="${time}">${dateAndTime(time, site)}</time>`;

function deliveryRow(
  { id, type, state, created_at, message_id, request, attempts }: WebhookDelivery,
  { site, viewer, webhook }: WebhookPage,
  webhooks: Words['webhooks'],
): Html {
  const [last] = attempts;
  return markup`<li><div><p><b>${webhooks.states[state]}</b> <span class="muted">${nameOf(type, webhooks)} · ${clock(created_at, site)}${last ? markup` · ${last.status === null ? markup`<code>${last.error}</code>` : webhooks.answered(last.status)}` : none}</span></p>
<details class="help"><summary>${webhooks.details(message_id)}</summary>
<p>${webhooks.request}</p>
<pre tabindex="0" role="region" aria-label="${webhooks.request}">${pretty(request)}</pre>
${attempts.map(
  ({
    at,
    duration_ms,
    status,
    error,
    answer,
  }) => markup`<p>${clock(at, site)} · ${duration_ms} ms · ${status === null ? markup`<code>${error}</code>` : webhooks.answered(status)}</p>
${answer ? markup`<pre tabindex="0" role="region" aria-label="${webhooks.answer}">${answer}</pre>` : none}
`,
)}</details></div>
${webhook.enabled ? markup`<form method="post" action="${path}/${webhook.id}/deliveries/${id}">${hiddenField('csrf', viewer.csrf)}<button class="button quiet">${webhooks.resend(message_id)}</button></form>` : none}</li>
`;
}

function nameOf(type: string, webhooks: Words['webhooks']): Html | string {
  const verb = types.find((each) => typeOf(each) === type);
  return verb ? webhooks.types[verb] : markup`<code>${type}</code>`;
}

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

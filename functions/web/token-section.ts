import { type TokenScope, tokenScopes } from '@dormouse/runtime/token-scopes';
import { day } from './dates.ts';
import { field, hiddenField } from './field.ts';
import type { SaidProblem } from './form-problem.ts';
import { type Html, linkTo, markup, none, trusted } from './html.ts';
import type { Viewer } from './layout.ts';
import type { PersonalToken } from './own-account.ts';
import type { SiteSettings } from './site.ts';
import type { Words } from './words-en.ts';

/** What was typed into the form that makes a token. */
export interface TokenForm {
  name: string;
  scopes: readonly TokenScope[];
  /** Days until it expires. */
  days: string;
}

export const blankToken: TokenForm = { name: '', scopes: [], days: '90' };

interface Shown {
  site: SiteSettings;
  viewer: Viewer;
  tokens: readonly PersonalToken[];
  tokenForm: TokenForm;
  words: Words;
  problem: SaidProblem | undefined;
}

/** The personal access tokens of an account: which there are, revoking one, making one. */
export function tokenSection({ site, viewer, tokens, tokenForm, words, problem }: Shown): Html {
  const t = words.account.tokens;
  const error = problem?.errors.scopes;
  return markup`<section><h2 id="tokens">${t.title}</h2>
<p class="muted">${t.about(linkTo('/docs/api'))}</p>
${tokens.length > 0 ? markup`<ul class="rows" aria-labelledby="tokens">${tokens.map((each) => row(each, site, viewer, words))}</ul>` : none}
<form method="post" action="/blog/account/tokens">
${hiddenField('csrf', viewer.csrf)}
<fieldset><legend>${t.make}</legend>
${field({ name: 'name', label: t.name, value: tokenForm.name, autocomplete: 'off', hint: t.nameHint }, problem)}
<div class="field" role="group" aria-labelledby="scopes-label"${error ? trusted(' aria-describedby="scopes-error"') : none}>
<p class="label" id="scopes-label">${t.may}</p>
${tokenScopes.map((scope) => tick(scope, tokenForm, t))}
${error ? markup`<p class="error" id="scopes-error">${t.chooseScope}</p>` : none}
</div>
${field({ name: 'days', label: t.days, type: 'number', min: 1, max: 365, value: tokenForm.days }, problem)}
<p class="actions"><button class="button">${t.makeIt}</button></p>
</fieldset>
</form></section>`;
}

/** What is shown of a token that was made just now, once. */
export const newToken = (token: string, words: Words): Html =>
  markup`<div class="notice" role="status"><p>${words.account.tokens.shownOnce}</p>
<p><code class="made">${token}</code></p></div>`;

const tick = (scope: TokenScope, { scopes }: TokenForm, t: Words['account']['tokens']): Html =>
  markup`<p class="tick"><label for="${scope}"><input type="checkbox" id="${scope}" name="${scope}" value="yes"${scopes.includes(scope) ? trusted(' checked') : none}> ${t.scopes[scope]}</label></p>
`;

const row = (
  { id, name, scopes, expires_at, used_at }: PersonalToken,
  site: SiteSettings,
  viewer: Viewer,
  { account: { tokens: t } }: Words,
): Html =>
  markup`<li><p><b dir="auto">${name}</b>
<span class="muted">${scopes.map((scope) => textOf(scope, t)).join(' · ')}</span>
<span class="muted">${t.dates(day(expires_at, site), used_at === null ? undefined : day(used_at, site))}</span></p>
<form method="post" action="/blog/account/tokens/${id}/revoke">${hiddenField('csrf', viewer.csrf)}<button class="button quiet">${t.revoke(name)}</button></form></li>
`;

/** A scope that this version does not know allows nothing, and is shown as it is stored. */
const textOf = (scope: string, { scopes }: Words['account']['tokens']): string =>
  Object.hasOwn(scopes, scope) ? scopes[scope as TokenScope] : scope;

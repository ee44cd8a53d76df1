import { alert, field, hiddenField } from './field.ts';
import { type FormProblem, saidIn } from './form-problem.ts';
import { type Html, markup, none } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import type { OfferedTotp, SecondFactor } from './own-account.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';
import type { Words } from './words-en.ts';

export interface SecondFactorPage {
  site: SiteSettings;
  viewer: Viewer;
  state: SecondFactor;
  hasPassword: boolean;
  /** What an app has to be told, until a code of it was given. */
  offer?: OfferedTotp | undefined;
  /** Recovery codes that were made just now. */
  codes?: readonly string[];
  problem?: FormProblem | undefined;
}

const path = '/blog/account/second-factor';

/** The page on which the second factor of one's own account is turned on and off. */
export function secondFactorPage(page: SecondFactorPage): string {
  const { site, viewer, state, offer, codes } = page;
  const words = wordsOf(site.language);
  const t = words.secondFactor;
  const problem = saidIn(words, page.problem);
  const csrf = hiddenField('csrf', viewer.csrf);
  const password = page.hasPassword
    ? field(
        { name: 'password', label: words.fields.presentPassword, type: 'password', autocomplete: 'current-password' },
        problem,
      )
    : none;
  const code = (hint: string): Html =>
    field({ name: 'code', label: t.code, value: '', autocomplete: 'one-time-code', hint }, problem);
  const form = (to: string, fields: Html, button: string): Html =>
    markup`<form method="post" action="${path}${to}">${csrf}${fields}<p class="actions"><a class="button quiet" href="/blog/account">${t.back}</a> <button class="button">${button}</button></p></form>`;
  return layout({
    site,
    title: problem ? words.problems.title(t.title) : t.title,
    viewer,
    main: markup`<div class="card">
<h1>${t.title}</h1>
${alert(problem)}
${codes ? newCodes(codes, t) : none}
${
  codes
    ? markup`<p class="actions"><a class="button" href="/blog/account">${t.done}</a></p>`
    : offer
      ? form(
          '/confirm',
          markup`<p>${t.tellApp}</p>
<p><a class="made" href="${offer.uri}">${t.openApp}</a></p>
<p>${t.secret} <code class="made">${offer.secret}</code></p>
${hiddenField('secret', offer.secret)}${hiddenField('uri', offer.uri)}
${code(t.codeNow)}`,
          t.turnOn,
        )
      : state.totp
        ? form(
            '/off',
            markup`<p>${t.isOn(state.recovery_codes)}</p>
${password}
${code(t.codeOrRecovery)}`,
            t.turnOff,
          )
        : form(
            '',
            markup`<p>${t.about}</p>
${password}`,
            t.setUp,
          )
}
</div>`,
  });
}

const newCodes = (codes: readonly string[], t: Words['secondFactor']): Html =>
  markup`<div class="notice" role="status"><p>${t.keepCodes}</p>
<ul>${codes.map((each) => markup`<li><code>${each}</code></li>`)}</ul></div>`;

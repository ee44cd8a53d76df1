import { passkeyScriptPath } from './assets/addresses.ts';
import { alert, field, hiddenField } from './field.ts';
import { type FormProblem, type SaidProblem, saidIn } from './form-problem.ts';
import { type Html, markup, none } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import type { Me, OfferedPasskey, Passkey } from './own-account.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';
import type { Words } from './words-en.ts';

export interface PasskeyPage {
  site: SiteSettings;
  viewer: Viewer;
  me: Me;
  problem?: FormProblem | undefined;
}

/** The page that asks for a name, and the password, before a passkey is made. */
export function newPasskeyPage({ name = '', ...page }: PasskeyPage & { name?: string }): string {
  const { passkeys: t, fields } = wordsOf(page.site.language);
  return card(
    page,
    t.newTitle,
    (problem) => markup`<p>${t.newText}</p>
${alert(problem)}
<form method="post" action="/blog/account/passkeys/new">
${hiddenField('csrf', page.viewer.csrf)}
${field({ name: 'name', label: t.name, value: name, autocomplete: 'off', hint: t.nameHint, focus: !problem }, problem)}
${password(page.me, fields, problem)}
<p class="actions"><a class="button quiet" href="/blog/account">${t.back}</a> <button class="button">${t.goOn}</button></p>
</form>`,
  );
}

/** The page on which the device makes the passkey: its script asks for it, and sends what it answers. */
export function makePasskeyPage({
  name,
  offer,
  ...page
}: PasskeyPage & { name: string; offer: OfferedPasskey }): string {
  const { passkeys: t } = wordsOf(page.site.language);
  return card(
    page,
    t.newTitle,
    (problem) => markup`${alert(problem)}
<p>${t.device}</p>
<form method="post" action="/blog/account/passkeys" hidden data-passkey="create" data-options="${JSON.stringify(offer.options)}" data-failed="${t.failed}">
${hiddenField('csrf', page.viewer.csrf)}${hiddenField('name', name)}${hiddenField('ticket', offer.ticket)}${hiddenField('response', '')}
<p class="error" role="alert"></p>
<p class="actions"><a class="button quiet" href="/blog/account">${t.back}</a> <button class="button">${t.makeIt}</button></p>
</form>
<p class="muted" data-passkey-missing>${t.missing}</p>`,
    passkeyScriptPath,
  );
}

/** The page of one passkey: its name, and its end. */
export function onePasskeyPage({ passkey, ...page }: PasskeyPage & { passkey: Passkey }): string {
  const { passkeys: t, fields } = wordsOf(page.site.language);
  const csrf = hiddenField('csrf', page.viewer.csrf);
  const path = `/blog/account/passkeys/${passkey.id}`;
  return card(
    page,
    t.one,
    (problem) => markup`${alert(problem)}
<form method="post" action="${path}">${csrf}
${field({ name: 'name', label: t.name, value: passkey.name, autocomplete: 'off' }, problem)}
<p class="actions"><a class="button quiet" href="/blog/account">${t.back}</a> <button class="button">${t.rename}</button></p>
</form>
<form method="post" action="${path}/remove">${csrf}
<p>${t.removeText}</p>
${password(page.me, fields, problem)}
<p class="actions"><button class="button danger">${t.remove}</button></p>
</form>`,
  );
}

/** The way in by a passkey, for the log-in page; its script shows it where the browser knows them. */
export const passkeyLogIn = (t: Words['passkeys'], viewer: Viewer, next: string): Html =>
  markup`<form method="post" action="/blog/login/passkey" hidden data-passkey="get" data-from="/api/passkeys/options" data-failed="${t.failed}">
${hiddenField('csrf', viewer.csrf)}${hiddenField('next', next)}${hiddenField('ticket', '')}${hiddenField('response', '')}
<p class="error" role="alert"></p>
<p class="actions"><button class="button quiet">${t.logIn}</button></p>
</form>`;

const password = ({ has_password }: Me, fields: Words['fields'], problem: SaidProblem | undefined): Html =>
  has_password
    ? field(
        { name: 'password', label: fields.presentPassword, type: 'password', autocomplete: 'current-password' },
        problem,
      )
    : none;

function card(
  { site, viewer, problem: refused }: PasskeyPage,
  title: string,
  inner: (problem: SaidProblem | undefined) => Html,
  script?: string,
): string {
  const words = wordsOf(site.language);
  const problem = saidIn(words, refused);
  return layout({
    site,
    title: problem ? words.problems.title(title) : title,
    viewer,
    ...(script && { script }),
    main: markup`<div class="card">\n<h1>${title}</h1>\n${inner(problem)}\n</div>`,
  });
}

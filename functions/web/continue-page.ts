import type { Proof } from './accounts.ts';
import { alert, field, hiddenField } from './field.ts';
import { type FormProblem, saidIn } from './form-problem.ts';
import { type Html, linkTo, markup, none } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import { type SiteSettings, takesRegistrations } from './site.ts';
import { wordsOf } from './words.ts';

/** What a new account needs that no provider says for good. */
export interface NewAccountForm {
  username: string;
  display_name: string;
  email: string;
  /** Code of an invitation. */
  invitation: string;
}

interface Page {
  site: SiteSettings;
  viewer: Viewer;
  problem?: FormProblem | undefined;
}

/** Asks who was sent back by a provider, and has no account yet, how to be called here; or says that nobody can have one. */
export function newAccountPage({ proof, form, ...page }: Page & { proof: Proof; form: NewAccountForm }): string {
  const { site, viewer } = page;
  const words = wordsOf(site.language);
  const { fields, providers: t, signing } = words;
  const problem = saidIn(words, page.problem);
  const account = markup`<b dir="auto">${proof.account}</b>`;
  const haveAccount = markup`<p class="muted">${signing.haveAccount(linkTo('/blog/login'))} ${t.linkLater}</p>`;
  if (site.registration === 'nobody')
    return card(
      page,
      t.newTitle,
      markup`<p>${t.unknown(account, proof.provider)} ${signing.closed}</p>\n${haveAccount}`,
    );
  return card(
    page,
    t.newTitle,
    markup`<p>${t.unknown(account, proof.provider)} ${t.newText}</p>
${alert(problem)}
<form method="post" action="/blog/login/continue">
${hiddenField('csrf', viewer.csrf)}
${field({ name: 'username', label: fields.userName, value: form.username, autocomplete: 'username', hint: fields.userNameShown, focus: !problem }, problem)}
${field({ name: 'display_name', label: fields.name, value: form.display_name, optional: true, autocomplete: 'name', hint: fields.nameShown }, problem)}
${field({ name: 'email', label: fields.email, type: 'email', value: form.email, autocomplete: 'email', hint: fields.emailHidden }, problem)}
${takesRegistrations(site) ? none : field({ name: 'invitation', label: t.invitation, value: form.invitation, autocomplete: 'one-time-code', hint: t.invitationHint }, problem)}
<p class="actions"><button class="button">${words.frame.signUp}</button></p>
</form>
${haveAccount}`,
  );
}

/** Asks for the second factor's code after a provider has said who somebody is. */
export function secondFactorLogInPage(page: Page): string {
  const words = wordsOf(page.site.language);
  const { frame, secondFactor: t } = words;
  const problem = saidIn(words, page.problem);
  return card(
    page,
    t.title,
    markup`${alert(problem)}
<form method="post" action="/blog/login/continue">
${hiddenField('csrf', page.viewer.csrf)}
${field({ name: 'code', label: t.code, value: '', autocomplete: 'one-time-code', hint: t.codeOrRecovery, focus: true }, problem)}
<p class="actions"><button class="button">${frame.logIn}</button></p>
</form>`,
  );
}

function card({ site, viewer, problem }: Page, title: string, inner: Html): string {
  const { problems } = wordsOf(site.language);
  return layout({
    site,
    title: problem ? problems.title(title) : title,
    viewer,
    main: markup`<div class="card">\n<h1>${title}</h1>\n${inner}\n</div>`,
  });
}

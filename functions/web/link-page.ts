import type { Proof } from './accounts.ts';
import { alert, field, hiddenField } from './field.ts';
import { type FormProblem, saidIn } from './form-problem.ts';
import { type Html, markup, none } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import type { Identity, Me } from './own-account.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';

interface Asking {
  site: SiteSettings;
  viewer: Viewer;
  me: Me;
  problem?: FormProblem | undefined;
}

/** Asks before an account at a provider becomes a way into one's own. */
export function linkPage({ proof, ...page }: Asking & { proof: Proof }): string {
  const t = wordsOf(page.site.language).providers;
  const { provider, account } = proof;
  return asking(page, {
    title: t.linkTitle(provider),
    text: t.linkText(called(account), provider, called(page.me.username)),
    action: '/blog/account/link',
    button: markup`<button class="button">${t.linkIt}</button>`,
  });
}

/** Asks before it is one no more. */
export function unlinkPage({ identity, ...page }: Asking & { identity: Identity }): string {
  const t = wordsOf(page.site.language).providers;
  const { id, provider_name, account } = identity;
  return asking(page, {
    title: t.unlinkTitle(provider_name),
    text: t.unlinkText(called(account), provider_name),
    action: `/blog/account/identities/${id}/unlink`,
    button: markup`<button class="button danger">${t.unlinkIt}</button>`,
  });
}

const called = (name: string): Html => markup`<b dir="auto">${name}</b>`;

interface Question {
  title: string;
  text: Html;
  action: string;
  button: Html;
}

function asking({ site, viewer, me, problem: refused }: Asking, { title, text, action, button }: Question): string {
  const words = wordsOf(site.language);
  const problem = saidIn(words, refused);
  return layout({
    site,
    title: problem ? words.problems.title(title) : title,
    viewer,
    main: markup`<div class="card">
<h1>${title}</h1>
${alert(problem)}
<p>${text}</p>
<form method="post" action="${action}">
${hiddenField('csrf', viewer.csrf)}
${me.has_password ? field({ name: 'password', label: words.fields.presentPassword, type: 'password', autocomplete: 'current-password' }, problem) : none}
<p class="actions"><a class="button quiet" href="/blog/account">${words.account.keep}</a> ${button}</p>
</form>
</div>`,
  });
}

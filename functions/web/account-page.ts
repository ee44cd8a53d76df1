import { alert, field, hiddenField } from './field.ts';
import type { FormProblem } from './form-problem.ts';
import { type Html, markup, none } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import { type SiteSettings, takesRegistrations } from './site.ts';

export interface AccountPage {
  site: SiteSettings;
  viewer: Viewer;
  /** Where to go afterwards. */
  next: string;
  problem?: FormProblem | undefined;
  /** Notice above the form when there is no problem. */
  notice?: string;
}

/** The page to log in. */
export function logInPage(page: AccountPage & { username?: string }): string {
  return form(page, {
    title: 'Log in',
    action: '/blog/login',
    current: 'login',
    fields: markup`${field({ name: 'username', label: 'User name', value: page.username ?? '', autocomplete: 'username', focus: !page.username }, page.problem)}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', focus: Boolean(page.username) }, page.problem)}`,
    after:
      takesRegistrations(page.site) &&
      markup`New here? <a href="/blog/signup?next=${encodeURIComponent(page.next)}">Sign up</a>.`,
  });
}

/** The page to make an account, or to say that nobody can. */
export function signUpPage(page: AccountPage & { username?: string; email?: string }): string {
  if (!takesRegistrations(page.site)) return closedPage(page);
  return form(page, {
    title: 'Sign up',
    action: '/blog/signup',
    current: 'signup',
    fields: markup`${field({ name: 'username', label: 'User name', value: page.username ?? '', autocomplete: 'username', hint: 'Shown beside what you write.', focus: true }, page.problem)}
${field({ name: 'email', label: 'E-mail', type: 'email', value: page.email ?? '', autocomplete: 'email', hint: 'Never shown to anybody.' }, page.problem)}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'new-password', hint: 'At least 8 characters.' }, page.problem)}`,
    after: markup`Have an account? <a href="/blog/login?next=${encodeURIComponent(page.next)}">Log in</a>.`,
  });
}

/** Says who can make an account where strangers cannot. */
const closedPage = ({ site, viewer }: AccountPage): string =>
  layout({
    site,
    title: 'Sign up',
    viewer,
    main: markup`<div class="card">
<h1>Sign up</h1>
${
  site.registration === 'invitation'
    ? markup`<p>This blog takes new accounts by invitation only. Ask somebody who writes here for a link.</p>
<p class="actions"><a class="button" href="/claim">I have a code</a></p>`
    : markup`<p>This blog takes no new accounts.</p>`
}
<p class="muted">Have an account? <a href="/blog/login">Log in</a>.</p>
</div>`,
  });

/** The page on which an imported author takes over the account that waits for them. */
export function claimPage(page: AccountPage & { token?: string; email?: string }): string {
  return form(page, {
    title: 'Claim your account',
    action: '/claim',
    intro: 'Choose a password, and the account is yours. What an import brought in your name is here already.',
    fields: markup`${field({ name: 'token', label: 'Code', value: page.token ?? '', autocomplete: 'one-time-code', hint: 'The one that an administrator gave you.', focus: true }, page.problem)}
${field({ name: 'email', label: 'E-mail', type: 'email', value: page.email ?? '', autocomplete: 'email', hint: 'Never shown to anybody.' }, page.problem)}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'new-password', hint: 'At least 8 characters.' }, page.problem)}`,
  });
}

interface FormParts {
  title: string;
  action: string;
  current?: 'login' | 'signup';
  intro?: string;
  fields: Html;
  after?: Html | false;
}

function form(
  { site, viewer, next, problem, notice }: AccountPage,
  { title, action, current, intro, fields, after }: FormParts,
): string {
  return layout({
    site,
    title,
    viewer,
    ...(current && { current }),
    main: markup`<div class="card">
<h1>${title}</h1>
${intro ? markup`<p class="muted">${intro}</p>` : none}
${notice && !problem ? markup`<p class="notice">${notice}</p>` : none}
${alert(problem)}
<form method="post" action="${action}">
${hiddenField('csrf', viewer.csrf)}${hiddenField('next', next)}
${fields}
<p class="actions"><button class="button">${title}</button></p>
</form>
${after ? markup`<p class="muted">${after}</p>` : none}
</div>`,
  });
}

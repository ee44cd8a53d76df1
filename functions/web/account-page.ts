import { passkeyScriptPath } from './assets/addresses.ts';
import type { Provider } from './dependencies.ts';
import { alert, field, hiddenField } from './field.ts';
import { type FormProblem, type SaidProblem, saidIn } from './form-problem.ts';
import { type Html, linkTo, markup, none } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import { passkeyLogIn } from './passkey-pages.ts';
import { type SiteSettings, takesRegistrations } from './site.ts';
import { wordsOf } from './words.ts';
import type { Words } from './words-en.ts';

export interface AccountPage {
  site: SiteSettings;
  viewer: Viewer;
  /** Where to go afterwards. */
  next: string;
  problem?: FormProblem | undefined;
  /** Notice above the form when there is no problem. */
  notice?: string;
  /** At whom people may log in instead. Given: passkeys, too, whose script needs `editorPolicy`. */
  providers?: readonly Provider[];
}

/** The page to log in. */
export function logInPage(page: AccountPage & { username?: string }): string {
  const { frame, fields, passkeys, providers, signing, secondFactor } = wordsOf(page.site.language);
  return form(page, (problem) => ({
    title: frame.logIn,
    action: '/blog/login',
    current: 'login',
    fields: markup`${field({ name: 'username', label: fields.userName, value: page.username ?? '', autocomplete: 'username', focus: !page.username }, problem)}
${field({ name: 'password', label: fields.password, type: 'password', autocomplete: 'current-password', focus: Boolean(page.username) }, problem)}
${problem?.errors.code ? field({ name: 'code', label: secondFactor.code, value: '', autocomplete: 'one-time-code', hint: secondFactor.codeOrRecovery }, problem) : none}`,
    ...(page.providers && { script: passkeyScriptPath }),
    elsewhere: (page.providers ?? []).map(
      ({ name, label }) =>
        markup`<p class="actions"><a class="button quiet" href="${goingOn(`/api/oauth/${name}`, page)}">${providers.logIn(label)}</a></p>
`,
    ),
    passkey: page.providers && passkeyLogIn(passkeys, page.viewer, page.next),
    after: markup`${takesRegistrations(page.site) ? markup`${signing.newHere(linkTo(goingOn('/blog/signup', page)))}<br>` : none}${linkTo('/blog/password-reset')(signing.forgotten)}<br>${linkTo(goingOn('/blog/login-link', page))(signing.byMail)}`,
  }));
}

/** The page to make an account, or to say that nobody can. */
export function signUpPage(page: AccountPage & { username?: string; email?: string }): string {
  if (!takesRegistrations(page.site)) return closedPage(page);
  const { frame, fields, signing } = wordsOf(page.site.language);
  return form(page, (problem) => ({
    title: frame.signUp,
    action: '/blog/signup',
    current: 'signup',
    fields: markup`${field({ name: 'username', label: fields.userName, value: page.username ?? '', autocomplete: 'username', hint: fields.userNameShown, focus: true }, problem)}
${emailAndPassword(page, fields, problem)}`,
    after: signing.haveAccount(linkTo(goingOn('/blog/login', page))),
  }));
}

/** Says who can make an account where strangers cannot. */
function closedPage({ site, viewer }: AccountPage): string {
  const { frame, signing } = wordsOf(site.language);
  return layout({
    site,
    title: frame.signUp,
    viewer,
    main: markup`<div class="card">
<h1>${frame.signUp}</h1>
${
  site.registration === 'invitation'
    ? markup`<p>${signing.byInvitation}</p>
<p class="actions"><a class="button" href="/claim">${signing.haveCode}</a></p>`
    : markup`<p>${signing.closed}</p>`
}
<p class="muted">${signing.haveAccount(linkTo('/blog/login'))}</p>
</div>`,
  });
}

/** The page on which an imported author takes over the account that waits for them. */
export function claimPage(page: AccountPage & { token?: string; email?: string }): string {
  const { fields, signing } = wordsOf(page.site.language);
  return form(page, (problem) => ({
    title: signing.claim,
    action: '/claim',
    intro: signing.claimText,
    fields: markup`${field({ name: 'token', label: fields.code, value: page.token ?? '', autocomplete: 'one-time-code', hint: signing.codeHint, focus: true }, problem)}
${emailAndPassword(page, fields, problem)}`,
  }));
}

/** The page on which who has forgotten their password asks for a mail. */
export function forgottenPage(page: MailPage): string {
  const { signing } = wordsOf(page.site.language);
  return mailForm(page, signing.forgotten, '/blog/password-reset', signing.forgottenText);
}

/** The page behind the link of a mail, on which a new password is chosen. */
export function newPasswordPage(page: AccountPage & { token?: string }): string {
  const { fields, account, signing } = wordsOf(page.site.language);
  return form(page, (problem) => ({
    title: signing.choose,
    action: '/blog/password-reset/new',
    intro: account.afterwards,
    button: account.changePassword,
    fields: markup`${hiddenField('token', page.token ?? '')}
${field({ name: 'password', label: fields.newPassword, type: 'password', autocomplete: 'new-password', hint: fields.passwordRule, focus: true }, problem)}`,
    after: linkTo('/blog/password-reset')(signing.anotherMail),
  }));
}

/** The page on which somebody asks for a link that logs in. */
export function logInLinkPage(page: MailPage): string {
  const { signing } = wordsOf(page.site.language);
  return mailForm(page, signing.byMail, '/blog/login-link', signing.byMailText);
}

type MailPage = AccountPage & { email?: string };

/** Asks for the address that a mail goes to. */
function mailForm(page: MailPage, title: string, action: string, intro: string): string {
  const { fields, signing } = wordsOf(page.site.language);
  return form(page, (problem) => ({
    title,
    action,
    intro,
    button: signing.sendMail,
    fields: field(
      {
        name: 'email',
        label: fields.email,
        type: 'email',
        value: page.email ?? '',
        autocomplete: 'email',
        focus: true,
      },
      problem,
    ),
  }));
}

/** The page behind such a link: by a button, since programs that look at mails follow links. */
export function openLinkPage(page: AccountPage & { token?: string }): string {
  const { frame, secondFactor, signing } = wordsOf(page.site.language);
  return form(page, (problem) => ({
    title: frame.logIn,
    action: '/blog/login-link/open',
    fields: markup`${hiddenField('token', page.token ?? '')}
${problem?.errors.code ? field({ name: 'code', label: secondFactor.code, value: '', autocomplete: 'one-time-code', hint: secondFactor.codeOrRecovery, focus: true }, problem) : none}`,
    after: linkTo('/blog/login-link')(signing.anotherMail),
  }));
}

/** The page behind the link of a mail, on which an address is proven: by a button, since programs that look at mails follow links. */
export function verifyEmailPage(page: AccountPage & { token?: string }): string {
  const { signing } = wordsOf(page.site.language);
  return form(page, () => ({
    title: signing.verify,
    action: '/blog/verify-email',
    intro: signing.verifyText,
    button: signing.verifyIt,
    fields: hiddenField('token', page.token ?? ''),
  }));
}

/** The page behind the link of a mail about comments, on which such mails end. */
export function commentMailsPage(page: AccountPage & { token?: string }): string {
  const { signing } = wordsOf(page.site.language);
  return form(page, () => ({
    title: signing.endMails,
    action: '/blog/comment-mails/off',
    intro: signing.endMailsText,
    fields: hiddenField('token', page.token ?? ''),
  }));
}

/** Says that something is done, where there is no more to do. */
export function donePage({ site, viewer }: Pick<AccountPage, 'site' | 'viewer'>, title: string, text: string): string {
  const { signing } = wordsOf(site.language);
  return layout({
    site,
    title,
    viewer,
    main: markup`<div class="card">
<h1>${title}</h1>
<p role="status">${text}</p>
<p class="actions"><a class="button" href="/blog/">${signing.readBlog}</a></p>
</div>`,
  });
}

/** What everybody who makes an account is asked for. */
export const emailAndPassword = (
  { email = '' }: { email?: string },
  fields: Words['fields'],
  problem: SaidProblem | undefined,
): Html =>
  markup`${field({ name: 'email', label: fields.email, type: 'email', value: email, autocomplete: 'email', hint: fields.emailHidden }, problem)}
${field({ name: 'password', label: fields.password, type: 'password', autocomplete: 'new-password', hint: fields.passwordRule }, problem)}`;

const goingOn = (path: string, { next }: AccountPage): string => `${path}?next=${encodeURIComponent(next)}`;

interface FormParts {
  title: string;
  action: string;
  current?: 'login' | 'signup';
  intro?: string;
  /** On the button; without it the title. */
  button?: string;
  fields: Html;
  /** Ways around the form. */
  elsewhere?: readonly Html[];
  /** The form of passkeys, with the address of its script. */
  passkey?: Html | undefined;
  script?: string;
  after?: Html | false;
}

function form(
  { site, viewer, next, notice, ...page }: AccountPage,
  parts: (problem: SaidProblem | undefined) => FormParts,
): string {
  const problem = saidIn(wordsOf(site.language), page.problem);
  const {
    title,
    action,
    current,
    intro,
    button = title,
    fields,
    elsewhere = [],
    passkey = none,
    script,
    after,
  } = parts(problem);
  return layout({
    site,
    title,
    viewer,
    ...(current && { current }),
    ...(script && { script }),
    main: markup`<div class="card">
<h1>${title}</h1>
${intro ? markup`<p class="muted">${intro}</p>` : none}
${notice && !problem ? markup`<p class="notice">${notice}</p>` : none}
${alert(problem)}
<form method="post" action="${action}">
${hiddenField('csrf', viewer.csrf)}${hiddenField('next', next)}
${fields}
<p class="actions"><button class="button">${button}</button></p>
</form>
${passkey}
${elsewhere}
${after ? markup`<p class="muted">${after}</p>` : none}
</div>`,
  });
}

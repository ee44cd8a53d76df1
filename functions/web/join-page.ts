import { emailAndPassword } from './account-page.ts';
import { alert, field, hiddenField } from './field.ts';
import { type FormProblem, saidIn } from './form-problem.ts';
import { type Html, linkTo, markup } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import type { Invitation } from './people.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';

export interface JoinPage {
  site: SiteSettings;
  viewer: Viewer;
  /** The one-time code of the link. */
  code: string;
  invitation: Invitation;
  /** What the inviter is called. */
  inviter: string;
  username: string;
  display_name: string;
  email: string;
  problem?: FormProblem | undefined;
}

/** The page on which somebody who was invited makes their account. */
export function joinPage({ site, viewer, code, invitation, ...typed }: JoinPage): string {
  const words = wordsOf(site.language);
  const { fields, signing } = words;
  const problem = saidIn(words, typed.problem);
  const inviter = markup`<span dir="auto">${typed.inviter}</span>`;
  return card(
    { site, viewer },
    signing.joinBlog(site.title),
    markup`<p class="muted">${signing.invites(inviter, invitation.role)}</p>
${alert(problem)}
<form method="post" action="/blog/join">
${hiddenField('csrf', viewer.csrf)}${hiddenField('code', code)}
${field({ name: 'username', label: fields.userName, value: typed.username, autocomplete: 'username', hint: fields.userNameForLogIn, focus: !problem }, problem)}
${field({ name: 'display_name', label: fields.name, value: typed.display_name, optional: true, autocomplete: 'name', hint: fields.nameShown }, problem)}
${emailAndPassword(typed, fields, problem)}
<p class="actions"><button class="button">${signing.join}</button></p>
</form>
<p class="muted">${signing.haveAccount(linkTo('/blog/login'))}</p>`,
  );
}

/** For who comes with a link that is not good any more, or without one. */
export function noInvitationPage(site: SiteSettings, viewer: Viewer, text: string): string {
  const { frame, signing } = wordsOf(site.language);
  return card(
    { site, viewer },
    signing.noInvitation,
    markup`<p>${text}</p>
<p class="actions"><a class="button" href="/blog/">${signing.readBlog}</a> <a class="button quiet" href="/blog/login">${frame.logIn}</a></p>`,
  );
}

const card = ({ site, viewer }: Pick<JoinPage, 'site' | 'viewer'>, title: string, inner: Html): string =>
  layout({ site, title, viewer, main: markup`<div class="card">\n<h1>${title}</h1>\n${inner}\n</div>` });

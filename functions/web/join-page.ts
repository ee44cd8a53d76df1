import { alert, field, hiddenField } from './field.ts';
import type { FormProblem } from './form-problem.ts';
import { type Html, markup } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import type { Invitation } from './people.ts';
import { roleTexts } from './people-page.ts';
import type { SiteSettings } from './site.ts';

export interface JoinPage {
  site: SiteSettings;
  viewer: Viewer;
  /** The one-time code of the link. */
  code: string;
  invitation: Invitation;
  username: string;
  display_name: string;
  email: string;
  problem?: FormProblem | undefined;
}

/** The page on which somebody who was invited makes their account. */
export function joinPage({ site, viewer, code, invitation, problem, ...typed }: JoinPage): string {
  return card(
    { site, viewer },
    `Join ${site.title}`,
    markup`<p class="muted"><span dir="auto">${invitation.invited_by}</span> invites you. Your role: ${roleTexts[invitation.role]}.</p>
${alert(problem)}
<form method="post" action="/blog/join">
${hiddenField('csrf', viewer.csrf)}${hiddenField('code', code)}
${field({ name: 'username', label: 'User name', value: typed.username, autocomplete: 'username', hint: 'What you log in with.', focus: !problem }, problem)}
${field({ name: 'display_name', label: 'Name', value: typed.display_name, optional: true, autocomplete: 'name', hint: 'Shown beside what you write, in any script.' }, problem)}
${field({ name: 'email', label: 'E-mail', type: 'email', value: typed.email, autocomplete: 'email', hint: 'Never shown to anybody.' }, problem)}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'new-password', hint: 'At least 8 characters.' }, problem)}
<p class="actions"><button class="button">Join</button></p>
</form>
<p class="muted">Have an account? <a href="/blog/login">Log in</a>.</p>`,
  );
}

/** For who comes with a link that is not good any more, or without one. */
export const noInvitationPage = (site: SiteSettings, viewer: Viewer, text: string): string =>
  card(
    { site, viewer },
    'No invitation',
    markup`<p>${text}</p>
<p class="actions"><a class="button" href="/blog/">Read the blog</a> <a class="button quiet" href="/blog/login">Log in</a></p>`,
  );

const card = ({ site, viewer }: Pick<JoinPage, 'site' | 'viewer'>, title: string, inner: Html): string =>
  layout({ site, title, viewer, main: markup`<div class="card">\n<h1>${title}</h1>\n${inner}\n</div>` });

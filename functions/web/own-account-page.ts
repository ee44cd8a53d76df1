import { agentName } from './agent-name.ts';
import { day } from './dates.ts';
import { alert, field, hiddenField } from './field.ts';
import type { FormProblem } from './form-problem.ts';
import { type Html, markup, none } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import type { Me, OwnSession } from './own-account.ts';
import type { SiteSettings } from './site.ts';

export interface OwnAccountPage {
  site: SiteSettings;
  viewer: Viewer;
  me: Me;
  sessions: readonly OwnSession[];
  /** The profile as it is, or as it was typed. */
  profile: { display_name: string; bio: string };
  notice?: string | undefined;
  problem?: FormProblem | undefined;
}

/** The page of one's own account: what others see, password, log-ins, and the way to its end. */
export function ownAccountPage({ site, viewer, me, sessions, profile, notice, problem }: OwnAccountPage): string {
  return layout({
    site,
    title: problem ? 'Problem: Account' : 'Account',
    viewer,
    current: 'account',
    main: markup`<div class="editor settings people">
<h1 class="small">Account</h1>
<p class="muted">You are <b>${me.username}</b>${me.email ? markup`, <span dir="auto">${me.email}</span>, which nobody else sees` : none}. What you write is on <a href="/blog/authors/${me.username}">your page</a>.</p>
${notice && !problem ? markup`<p class="notice" role="status">${notice}</p>` : none}
${alert(problem)}
<form method="post" action="/blog/account/profile">
${hiddenField('csrf', viewer.csrf)}
<fieldset><legend>What others see</legend>
${field({ name: 'display_name', label: 'Name', value: profile.display_name, autocomplete: 'name', hint: 'In any script.' }, problem)}
${field({ name: 'bio', label: 'About you', value: profile.bio, rows: 4, optional: true, hint: 'A few sentences of plain text, at most 500 characters.' }, problem)}
<p class="actions"><button class="button">Save</button></p>
</fieldset>
</form>
<form method="post" action="/blog/account">
${hiddenField('csrf', viewer.csrf)}
<fieldset><legend>Password</legend>
<p class="muted">Afterwards you are logged in here, and nowhere else.</p>
${field({ name: 'current_password', label: 'Present password', type: 'password', autocomplete: 'current-password' }, problem)}
${field({ name: 'password', label: 'New password', type: 'password', autocomplete: 'new-password', hint: 'At least 8 characters.' }, problem)}
<p class="actions"><button class="button">Change password</button></p>
</fieldset>
</form>
<section><h2 id="sessions">Where you are logged in</h2>
<ul class="rows" aria-labelledby="sessions">${sessions.map((each) => sessionRow(each, site, viewer))}</ul></section>
<section><h2>Your data</h2>
<p class="muted">A file with what this blog has of you: account, log-ins, invitations, and all your posts, drafts too.</p>
<p class="actions"><a class="button quiet" href="/blog/account/export">Download</a> <a class="button quiet" href="/blog/account/delete">Delete the account</a></p></section>
</div>`,
  });
}

const sessionRow = (
  { id, current, agent, created_at, used_at }: OwnSession,
  site: SiteSettings,
  viewer: Viewer,
): Html =>
  markup`<li><p><b>${agentName(agent)}${current ? ' · this one' : ''}</b>
<span class="muted">since ${day(created_at, site)} · last used ${day(used_at, site)}</span></p>
${current ? none : markup`<form method="post" action="/blog/account/sessions/${id}/end">${hiddenField('csrf', viewer.csrf)}<button class="button quiet">End<span class="hidden"> the log-in of ${agentName(agent)} since ${day(created_at, site)}</span></button></form>`}</li>
`;

/** Asks before an account is deleted. */
export function deleteAccountPage(site: SiteSettings, viewer: Viewer, problem?: FormProblem): string {
  return layout({
    site,
    title: 'Delete account',
    viewer,
    main: markup`<div class="card">
<h1>Delete your account?</h1>
${alert(problem)}
<p>Your name, address and password are removed, and you are logged out everywhere. Posts stay with your user name <strong>${viewer.session?.name ?? ''}</strong>, which nobody gets again: delete them before, if they should go.</p>
<form method="post" action="/blog/account/delete">
${hiddenField('csrf', viewer.csrf)}
${field({ name: 'current_password', label: 'Present password', type: 'password', autocomplete: 'current-password' }, problem)}
<p class="actions"><a class="button quiet" href="/blog/account">Keep it</a> <button class="button danger">Delete it</button></p>
</form>
</div>`,
  });
}

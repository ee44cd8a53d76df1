import type { Role } from '@dormouse/runtime/caller';
import { day } from './dates.ts';
import { alert, field, hiddenField } from './field.ts';
import type { FormProblem } from './form-problem.ts';
import { type Html, markup, none, trusted } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import type { Invitation, Invitations, PeopleList, Person } from './people.ts';
import type { SiteSettings } from './site.ts';

/** What each role may do, as people read it. */
export const roleTexts: Readonly<Record<Role, string>> = {
  reader: 'Reader',
  author: 'Author: writes posts',
  editor: 'Editor: changes all posts',
  operator: 'Operator: looks after events, writes no posts',
  admin: 'Administrator: may do everything',
};

/** What was typed into the form that invites. */
export interface InvitationForm {
  role: string;
  name: string;
  email: string;
  days: string;
}

export interface PeoplePage {
  site: SiteSettings;
  viewer: Viewer;
  invitations: Invitations;
  /** For administrators. */
  list?: PeopleList | undefined;
  form: InvitationForm;
  /** The link of an invitation that was made just now. */
  link?: string;
  notice?: string | undefined;
  problem?: FormProblem | undefined;
}

/** The page on which people are invited, and, for administrators, get their roles. */
export function peoplePage(page: PeoplePage): string {
  const { site, viewer, invitations, list, problem, notice } = page;
  return layout({
    site,
    title: problem ? 'Problem: People' : 'People',
    viewer,
    current: 'people',
    main: markup`<div class="editor people">
<h1 class="small">People</h1>
${notice && !problem ? markup`<p class="notice" role="status">${notice}</p>` : none}
${alert(problem)}
${page.link ? newLink(page.link) : none}
${inviting(page)}
${invitations.invitations.length > 0 ? markup`<section><h2 id="open">Open invitations</h2>\n<ul class="rows" aria-labelledby="open">${invitations.invitations.map((each) => invitationRow(each, page))}</ul></section>` : none}
${list ? accounts(list, page) : none}
</div>`,
  });
}

const newLink = (
  link: string,
): Html => markup`<div class="notice" role="status"><p>Send this link. It works once, and is shown only now:</p>
<p><a class="made" href="${link}">${link}</a></p></div>`;

const inviting = ({ site, viewer, invitations, form, problem }: PeoplePage): Html =>
  site.registration === 'nobody'
    ? markup`<p class="muted">This blog takes no new accounts: nobody can be invited. ${viewer.session?.role === 'admin' ? markup`<a href="/blog/settings">Settings</a> say who may register.` : none}</p>`
    : markup`<form method="post" action="/blog/people/invitations">
${hiddenField('csrf', viewer.csrf)}
<fieldset><legend>Invite somebody</legend>
${field({ name: 'role', label: 'Role', value: form.role, options: Object.fromEntries(invitations.roles.map((role) => [role, roleTexts[role]])) }, problem)}
${field({ name: 'name', label: 'Name', value: form.name, optional: true, autocomplete: 'off', hint: 'Whom it is for.' }, problem)}
${field({ name: 'email', label: 'E-mail', type: 'email', value: form.email, optional: true, autocomplete: 'off', hint: 'Filled in for them. Nothing is sent.' }, problem)}
${field({ name: 'days', label: 'Days that it is good', type: 'number', min: 1, max: 30, value: form.days }, problem)}
<p class="actions"><button class="button">Make a link</button></p>
</fieldset>
</form>`;

const invitationRow = ({ id, role, name, email, invited_by, expires_at }: Invitation, { site, viewer }: PeoplePage) =>
  markup`<li><p><b dir="auto">${name ?? email ?? 'Somebody'}</b>${name && email ? markup` <span class="muted">${email}</span>` : none}
<span class="muted">${roleTexts[role]} · invited by ${invited_by} · until ${day(expires_at, site)}</span></p>
<form method="post" action="/blog/people/invitations/${id}/revoke">${hiddenField('csrf', viewer.csrf)}<button class="button quiet">Revoke<span class="hidden"> the invitation of ${name ?? email ?? `number ${id}`}</span></button></form></li>
`;

const accounts = (
  { people, next }: PeopleList,
  page: PeoplePage,
): Html => markup`<section><h2 id="accounts">Accounts</h2>
<ul class="rows" aria-labelledby="accounts">${people.map((each) => accountRow(each, page))}</ul>
${next ? markup`<nav class="pagination" aria-label="More accounts"><a href="/blog/people">First</a><a rel="next" href="/blog/people?after=${encodeURIComponent(next)}">More accounts <span aria-hidden="true">→</span></a></nav>` : none}</section>`;

function accountRow({ username, display_name, role, suspended, claimed, created_at }: Person, page: PeoplePage): Html {
  const { site, viewer } = page;
  const id = `role-${username}`;
  const state = suspended ? ' · access ended' : claimed ? '' : ' · not claimed';
  return markup`<li><p><b dir="auto">${display_name}</b>
<span class="muted">${username} · since ${day(created_at, site)}${state}</span></p>
<form method="post" action="/blog/people/accounts/${username}">${hiddenField('csrf', viewer.csrf)}
<label class="hidden" for="${id}">Role of ${username}</label>
<select id="${id}" name="role">${Object.keys(roleTexts).map((each) => markup`<option value="${each}"${each === role ? trusted(' selected') : none}>${roleNames[each as Role]}</option>`)}</select>
<button class="button quiet" name="action" value="role">Save role<span class="hidden"> of ${username}</span></button>
<button class="button quiet" name="action" value="${suspended ? 'restore' : 'suspend'}">${suspended ? 'Give access back' : 'End access'}<span class="hidden"> ${suspended ? 'to' : 'of'} ${username}</span></button>
</form></li>
`;
}

const roleNames: Readonly<Record<Role, string>> = {
  reader: 'Reader',
  author: 'Author',
  editor: 'Editor',
  operator: 'Operator',
  admin: 'Administrator',
};

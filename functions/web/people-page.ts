import { day } from './dates.ts';
import { alert, field, hiddenField } from './field.ts';
import { type FormProblem, type SaidProblem, saidIn } from './form-problem.ts';
import { type Html, linkTo, markup, none, trusted } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import type { Names } from './names.ts';
import type { Invitation, Invitations, PeopleList, Person } from './people.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';
import type { Words } from './words-en.ts';

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
  /** What inviters are called. */
  names: Names;
  /** For administrators. */
  list?: PeopleList | undefined;
  form: InvitationForm;
  /** The link of an invitation that was made just now. */
  link?: string;
  notice?: keyof Words['people']['notices'] | undefined;
  problem?: FormProblem | undefined;
}

/** The page on which people are invited, and, for administrators, get their roles. */
export function peoplePage(page: PeoplePage): string {
  const { site, viewer, invitations, list, notice } = page;
  const words = wordsOf(site.language);
  const { frame, people } = words;
  const problem = saidIn(words, page.problem);
  return layout({
    site,
    title: problem ? words.problems.title(frame.people) : frame.people,
    viewer,
    current: 'people',
    main: markup`<div class="editor people">
<h1 class="small">${frame.people}</h1>
${notice && !problem ? markup`<p class="notice" role="status">${people.notices[notice]}</p>` : none}
${alert(problem)}
${page.link ? newLink(page.link, people) : none}
${inviting(page, words, problem)}
${invitations.invitations.length > 0 ? markup`<section><h2 id="open">${people.open}</h2>\n<ul class="rows" aria-labelledby="open">${invitations.invitations.map((each) => invitationRow(each, page, people))}</ul></section>` : none}
${list ? accounts(list, page, people) : none}
</div>`,
  });
}

const newLink = (
  link: string,
  people: Words['people'],
): Html => markup`<div class="notice" role="status"><p>${people.sendLink}</p>
<p><a class="made" href="${link}">${link}</a></p></div>`;

const inviting = (
  { site, viewer, invitations, form }: PeoplePage,
  { fields, people }: Words,
  problem: SaidProblem | undefined,
): Html =>
  site.registration === 'nobody'
    ? markup`<p class="muted">${people.closed} ${viewer.session?.role === 'admin' ? people.whoMay(linkTo('/blog/settings')) : none}</p>`
    : markup`<form method="post" action="/blog/people/invitations">
${hiddenField('csrf', viewer.csrf)}
<fieldset><legend>${people.invite}</legend>
${field({ name: 'role', label: fields.role, value: form.role, options: Object.fromEntries(invitations.roles.map((role) => [role, people.roleTexts[role]])) }, problem)}
${field({ name: 'name', label: fields.name, value: form.name, optional: true, autocomplete: 'off', hint: people.nameHint }, problem)}
${field({ name: 'email', label: fields.email, type: 'email', value: form.email, optional: true, autocomplete: 'off', hint: people.emailHint }, problem)}
${field({ name: 'days', label: people.days, type: 'number', min: 1, max: 30, value: form.days }, problem)}
<p class="actions"><button class="button">${people.makeLink}</button></p>
</fieldset>
</form>`;

const invitationRow = (
  { id, role, name, email, invited_by, expires_at }: Invitation,
  { site, viewer, names }: PeoplePage,
  people: Words['people'],
) =>
  markup`<li><p><b dir="auto">${name ?? email ?? people.somebody}</b>${name && email ? markup` <span class="muted">${email}</span>` : none}
<span class="muted">${people.invitation(role, markup`<bdi>${names.get(invited_by)?.name ?? invited_by}</bdi>`, day(expires_at, site))}</span></p>
<form method="post" action="/blog/people/invitations/${id}/revoke">${hiddenField('csrf', viewer.csrf)}<button class="button quiet">${people.revoke(name ?? email ?? people.number(id))}</button></form></li>
`;

const accounts = (
  { people: all, next }: PeopleList,
  page: PeoplePage,
  people: Words['people'],
): Html => markup`<section><h2 id="accounts">${people.accounts}</h2>
<ul class="rows" aria-labelledby="accounts">${all.map((each) => accountRow(each, page, people))}</ul>
${next ? markup`<nav class="pagination" aria-label="${people.moreAccounts}"><a href="/blog/people">${people.first}</a><a rel="next" href="/blog/people?after=${encodeURIComponent(next)}">${people.moreAccounts} <span aria-hidden="true">→</span></a></nav>` : none}</section>`;

function accountRow(
  { username, display_name, role, suspended, claimed, created_at }: Person,
  page: PeoplePage,
  people: Words['people'],
): Html {
  const { site, viewer } = page;
  const id = `role-${username}`;
  const state = suspended ? ` · ${people.suspended}` : claimed ? '' : ` · ${people.unclaimed}`;
  return markup`<li><p><b dir="auto">${display_name}</b>
<span class="muted">${username} · ${people.since(day(created_at, site))}${state}</span></p>
<form method="post" action="/blog/people/accounts/${username}">${hiddenField('csrf', viewer.csrf)}
<label class="hidden" for="${id}">${people.roleOf(username)}</label>
<select id="${id}" name="role">${Object.entries(people.roleNames).map(([each, name]) => markup`<option value="${each}"${each === role ? trusted(' selected') : none}>${name}</option>`)}</select>
<button class="button quiet" name="action" value="role">${people.saveRole(username)}</button>
<button class="button quiet" name="action" value="${suspended ? 'restore' : 'suspend'}">${suspended ? people.restore(username) : people.suspend(username)}</button>
</form></li>
`;
}

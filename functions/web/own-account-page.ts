import { agentName } from './agent-name.ts';
import { day } from './dates.ts';
import type { Provider } from './dependencies.ts';
import { alert, field, hiddenField } from './field.ts';
import { type FormProblem, type SaidProblem, saidIn } from './form-problem.ts';
import { type Html, linkTo, markup, none, trusted } from './html.ts';
import { identityPath } from './identity-pictures.ts';
import { identitySection } from './identity-section.ts';
import { layout, type Viewer } from './layout.ts';
import type { Identity, Me, OwnSession, Passkey, PersonalToken } from './own-account.ts';
import { passkeySection } from './passkey-section.ts';
import { pictureTypes } from './picture-field.ts';
import type { SiteSettings } from './site.ts';
import { newToken, type TokenForm, tokenSection } from './token-section.ts';
import { wordsOf } from './words.ts';
import type { Words } from './words-en.ts';

export interface OwnAccountPage {
  site: SiteSettings;
  viewer: Viewer;
  me: Me;
  sessions: readonly OwnSession[];
  tokens: readonly PersonalToken[];
  tokenForm: TokenForm;
  identities: readonly Identity[];
  passkeys: readonly Passkey[];
  /** At whom people may log in. */
  providers: readonly Provider[];
  /** A personal access token that was made just now. */
  madeToken?: string;
  /** The profile as it is, or as it was typed. */
  profile: { display_name: string; bio: string; links: readonly string[]; picture: string };
  /** Another address, as it was typed. */
  email?: string;
  notice?: keyof Words['account']['notices'] | undefined;
  problem?: FormProblem | undefined;
}

/** The page of one's own account: what others see, password, log-ins, tokens for programs, and the way to its end. */
export function ownAccountPage(page: OwnAccountPage): string {
  const { site, viewer, me, sessions, tokens, tokenForm, madeToken, profile, email = '', notice } = page;
  const words = wordsOf(site.language);
  const { account, fields, frame, problems } = words;
  const problem = saidIn(words, page.problem);
  return layout({
    site,
    title: problem ? problems.title(frame.account) : frame.account,
    viewer,
    current: 'account',
    main: markup`<div class="editor settings people">
<h1 class="small">${frame.account}</h1>
<p class="muted">${account.you(markup`<b>${me.username}</b>`, me.email ? markup`<span dir="auto">${me.email}</span>` : undefined, linkTo(`/blog/authors/${me.username}`))}</p>
${notice && !problem ? markup`<p class="notice" role="status">${account.notices[notice]}</p>` : none}
${alert(problem)}
${madeToken ? newToken(madeToken, words) : none}
${mailRows(page, words)}
<form method="post" action="/blog/account/profile" enctype="multipart/form-data">
${hiddenField('csrf', viewer.csrf)}${hiddenField('picture', profile.picture)}
<fieldset><legend>${account.others}</legend>
${field({ name: 'display_name', label: fields.name, value: profile.display_name, autocomplete: 'name', hint: fields.anyScript }, problem)}
${field({ name: 'bio', label: account.about, value: profile.bio, rows: 4, optional: true, hint: account.aboutHint }, problem)}
${field({ name: 'links', label: account.links, value: profile.links.join('\n'), rows: 3, optional: true, hint: account.linksHint }, problem)}
${me.role === 'reader' || me.role === 'operator' ? none : ownPicture(profile.picture, words, problem)}
<p class="actions"><button class="button">${account.save}</button></p>
</fieldset>
</form>
<form method="post" action="/blog/account/email">
${hiddenField('csrf', viewer.csrf)}
<fieldset><legend>${fields.email}</legend>
<p class="muted">${account.untilProven}</p>
${field({ name: 'email', label: account.anotherEmail, type: 'email', value: email, autocomplete: 'email' }, problem)}
${me.has_password ? presentPassword(fields, problem, 'email_password') : none}
<p class="actions"><button class="button">${account.sendLink}</button></p>
</fieldset>
</form>
<form method="post" action="/blog/account">
${hiddenField('csrf', viewer.csrf)}
<fieldset><legend>${fields.password}</legend>
<p class="muted">${account.afterwards}</p>
${me.has_password ? presentPassword(fields, problem) : none}
${field({ name: 'password', label: fields.newPassword, type: 'password', autocomplete: 'new-password', hint: fields.passwordRule }, problem)}
<p class="actions"><button class="button">${account.changePassword}</button> <a class="button quiet" href="/blog/account/second-factor">${words.secondFactor.title}</a></p>
</fieldset>
</form>
<section><h2 id="sessions">${account.sessions}</h2>
<ul class="rows" aria-labelledby="sessions">${sessions.map((each) => sessionRow(each, site, viewer, words))}</ul></section>
${passkeySection({ site, passkeys: page.passkeys, words })}
${identitySection({ site, identities: page.identities, providers: page.providers, words })}
${tokenSection({ site, viewer, tokens, tokenForm, words, problem })}
<section><h2>${account.data}</h2>
<p class="muted">${account.dataText}</p>
<p class="actions"><a class="button quiet" href="/blog/account/export">${account.download}</a> <a class="button quiet" href="/blog/account/delete">${account.delete}</a></p></section>
</div>`,
  });
}

/** What there is, another one, or none. Works without scripts. */
function ownPicture(hash: string, { account, fields, settings }: Words, problem: SaidProblem | undefined): Html {
  const error = problem?.errors.picture;
  return markup`<div class="field">
<label for="picture_file">${account.picture}</label>
<p class="hint" id="picture-hint">${account.pictureHint} ${fields.pictureTypes}</p>
${hash ? markup`<p class="identity"><img src="${identityPath(hash, '640.webp')}" alt="${account.picture}"> <label><input type="checkbox" name="picture_none" value="yes"> ${settings.removePicture}</label></p>` : none}
<input id="picture_file" name="picture_file" type="file" accept="${pictureTypes}" aria-describedby="picture-hint${error ? ' picture-error' : ''}"${error ? trusted(' aria-invalid="true"') : none}>
${error ? markup`<p class="error" id="picture-error">${error}</p>` : none}
</div>`;
}

/** What is sent to the account's address, and to another one that waits for its proof: a sentence and a button each. */
function mailRows({ me, viewer }: OwnAccountPage, { account }: Words): Html {
  const row = (action: string, said: Html | string, button: string, hidden: Html = none) =>
    markup`<form method="post" action="/blog/account/${action}">${hiddenField('csrf', viewer.csrf)}${hidden}<p class="muted">${said} <button class="button quiet">${button}</button></p></form>
`;
  return markup`${me.email && !me.email_verified ? row('verify-email', account.unverified, account.sendLink) : none}
${me.new_email ? row('email/keep', account.waiting(markup`<b dir="auto">${me.new_email}</b>`), account.keepEmail) : none}
${me.email_verified ? row('comment-mails', account.commentMails(me.comment_mails), account.switchMails(me.comment_mails), hiddenField('wanted', me.comment_mails ? '' : 'yes')) : none}`;
}

const presentPassword = (fields: Words['fields'], problem: SaidProblem | undefined, name = 'current_password'): Html =>
  field({ name, label: fields.presentPassword, type: 'password', autocomplete: 'current-password' }, problem);

const sessionRow = (
  { id, current, agent, created_at, used_at }: OwnSession,
  site: SiteSettings,
  viewer: Viewer,
  words: Words,
): Html =>
  markup`<li><p><b>${agentName(agent, words)}${current ? ` · ${words.account.thisOne}` : ''}</b>
<span class="muted">${words.account.session(day(created_at, site), day(used_at, site))}</span></p>
${current ? none : markup`<form method="post" action="/blog/account/sessions/${id}/end">${hiddenField('csrf', viewer.csrf)}<button class="button quiet">${words.account.end(agentName(agent, words), day(created_at, site))}</button></form>`}</li>
`;

/** Asks before an account is deleted. */
export function deleteAccountPage(site: SiteSettings, viewer: Viewer, me: Me, refused?: FormProblem): string {
  const words = wordsOf(site.language);
  const { account, fields } = words;
  const problem = saidIn(words, refused);
  return layout({
    site,
    title: account.deleting,
    viewer,
    main: markup`<div class="card">
<h1>${account.deleteTitle}</h1>
${alert(problem)}
<p>${account.deleteText(markup`<strong>${viewer.session?.name ?? ''}</strong>`)}</p>
<form method="post" action="/blog/account/delete">
${hiddenField('csrf', viewer.csrf)}
${me.has_password ? presentPassword(fields, problem) : none}
<p class="actions"><a class="button quiet" href="/blog/account">${account.keep}</a> <button class="button danger">${account.deleteIt}</button></p>
</form>
</div>`,
  });
}

import { emailAndPassword } from './account-page.ts';
import { alert, field, hiddenField } from './field.ts';
import { type FormProblem, saidIn } from './form-problem.ts';
import { type Html, linkTo, markup } from './html.ts';
import { languageList } from './language-list.ts';
import { layout, type Viewer } from './layout.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';
import type { Words } from './words-en.ts';

export interface SetupPage {
  site: SiteSettings;
  viewer: Viewer;
  /** The one-time code of the link. */
  code: string;
  title: string;
  /** Language tag of the blog. */
  language: string;
  username: string;
  email: string;
  registration: string;
  problem?: FormProblem | undefined;
}

/** The page of a new blog: its name, its first administrator, and who else may come. */
export function setupPage(page: SetupPage): string {
  const { site, viewer } = page;
  const words = wordsOf(site.language);
  const { setup, fields, settings } = words;
  if (site.set_up) return card(page, setup.ready, next(viewer, words));
  if (page.code === '') return card(page, setup.title, howToBegin(site, words));
  const problem = saidIn(words, page.problem);
  return card(
    page,
    setup.yours,
    markup`<p class="muted">${setup.later}</p>
${alert(problem)}
<form method="post" action="/setup">
${hiddenField('csrf', viewer.csrf)}${hiddenField('code', page.code)}
${field({ name: 'title', label: setup.name, value: page.title, focus: !problem }, problem)}
${field({ name: 'language', label: settings.language, value: page.language, list: 'languages', hint: settings.languageHint }, problem)}
${languageList}
<fieldset><legend>${setup.account}</legend>
${field({ name: 'username', label: fields.userName, value: page.username, autocomplete: 'username', hint: fields.userNameShown }, problem)}
${emailAndPassword(page, fields, problem)}
</fieldset>
${field({ name: 'registration', label: setup.registration, value: page.registration, options: settings.registrations, hint: settings.registrationHint }, problem)}
<p class="actions"><button class="button">${setup.button}</button></p>
</form>`,
  );
}

const card = ({ site, viewer }: SetupPage, title: string, inner: Html): string =>
  layout({ site, title, viewer, main: markup`<div class="card">\n<h1>${title}</h1>\n${inner}\n</div>` });

/** For who comes without the link. */
const howToBegin = ({ registration }: SiteSettings, { setup, fields }: Words): Html =>
  markup`<p>${setup.notYet(registration, linkTo('/blog/signup'))}</p>
<p>${setup.howTo}</p>
<pre tabindex="0" aria-label="${fields.command}"><code>npm run admin -- setup</code></pre>`;

const next = ({ session }: Viewer, { setup, frame, fields }: Words): Html =>
  session
    ? markup`<p class="actions"><a class="button" href="/blog/new">${setup.writeFirst}</a> <a class="button quiet" href="/blog/settings">${frame.settings}</a></p>
<p>${setup.bring}</p>
<pre tabindex="0" aria-label="${fields.command}"><code>npm run import -- FOLDER</code></pre>`
    : markup`<p>${setup.done}</p>
<p class="actions"><a class="button" href="/blog/">${setup.read}</a> <a class="button quiet" href="/blog/login">${frame.logIn}</a></p>`;

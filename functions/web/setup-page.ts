import { alert, field, hiddenField } from './field.ts';
import type { FormProblem } from './form-problem.ts';
import { type Html, markup, none } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import { registrationHint, registrationTexts } from './settings-page.ts';
import { type SiteSettings, takesRegistrations } from './site.ts';

export interface SetupPage {
  site: SiteSettings;
  viewer: Viewer;
  /** The one-time code of the link. */
  code: string;
  title: string;
  username: string;
  email: string;
  registration: string;
  problem?: FormProblem | undefined;
}

/** The page of a new blog: its name, its first administrator, and who else may come. */
export function setupPage(page: SetupPage): string {
  const { site, viewer, problem } = page;
  if (site.set_up) return card(page, 'Your blog is ready', next(viewer));
  if (page.code === '') return card(page, 'Set up this blog', howToBegin(site));
  return card(
    page,
    'Set up your blog',
    markup`<p class="muted">Everything can be changed later, in Settings.</p>
${alert(problem)}
<form method="post" action="/setup">
${hiddenField('csrf', viewer.csrf)}${hiddenField('code', page.code)}
${field({ name: 'title', label: 'Name of the blog', value: page.title, focus: !problem }, problem)}
<fieldset><legend>Your account</legend>
${field({ name: 'username', label: 'User name', value: page.username, autocomplete: 'username', hint: 'Shown beside what you write.' }, problem)}
${field({ name: 'email', label: 'E-mail', type: 'email', value: page.email, autocomplete: 'email', hint: 'Never shown to anybody.' }, problem)}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'new-password', hint: 'At least 8 characters.' }, problem)}
</fieldset>
${field({ name: 'registration', label: 'Who else may register', value: page.registration, options: registrationTexts, hint: registrationHint }, problem)}
<p class="actions"><button class="button">Set up the blog</button></p>
</form>`,
  );
}

const card = ({ site, viewer }: SetupPage, title: string, inner: Html): string =>
  layout({ site, title, viewer, main: markup`<div class="card">\n<h1>${title}</h1>\n${inner}\n</div>` });

/** For who comes without the link. */
const howToBegin = (site: SiteSettings): Html => markup`<p>Nobody has set this blog up yet${
  takesRegistrations(site)
    ? markup`: anybody can <a href="/blog/signup">register</a>${site.registration === 'authors' ? ' and write' : ''}`
    : none
}.</p>
<p>Whoever runs it finds a link that works once where the platform was started, or prints a new one:</p>
<pre tabindex="0" aria-label="Command"><code>npm run admin -- setup</code></pre>`;

const next = ({ session }: Viewer): Html =>
  session
    ? markup`<p class="actions"><a class="button" href="/blog/new">Write the first post</a> <a class="button quiet" href="/blog/settings">Settings</a></p>
<p>Or bring a blog along: a folder of Markdown, or an export of WordPress, Ghost, Jekyll, Hugo and others.</p>
<pre tabindex="0" aria-label="Command"><code>npm run import -- FOLDER</code></pre>`
    : markup`<p>This blog is set up.</p>
<p class="actions"><a class="button" href="/blog/">Read it</a> <a class="button quiet" href="/blog/login">Log in</a></p>`;

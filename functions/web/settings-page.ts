import type { Settings, SettingsChange } from './blog-settings.ts';
import { alert, field, hiddenField } from './field.ts';
import type { Form } from './form.ts';
import type { FormProblem } from './form-problem.ts';
import { markup, none } from './html.ts';
import { identityField } from './identity-field.ts';
import { languageList } from './language-list.ts';
import { layout, type Viewer } from './layout.ts';
import type { SiteSettings } from './site.ts';

export const registrationHint =
  'Editors and administrators invite by link, on the page People. Readers read; authors publish what they write.';

/** Who may register, as people read it: short enough for a list on a phone. */
export const registrationTexts: Readonly<Record<Settings['registration'], string>> = {
  nobody: 'Nobody',
  invitation: 'By invitation',
  readers: 'Everybody, as readers',
  authors: 'Everybody, as authors',
};

/** What the form holds, by field name. */
export type SettingsForm = Readonly<Record<(typeof names)[number], string>>;

const names = [
  'title',
  'description',
  'language',
  'time_zone',
  'accent',
  'accent_dark',
  'logo',
  'icon',
  'navigation',
  'footer',
  'posts_per_page',
  'registration',
  'accent_before',
  'accent_dark_before',
] as const;

export interface SettingsPage {
  site: SiteSettings;
  viewer: Viewer;
  form: SettingsForm;
  /** Entity tag of the settings that the form was made from. */
  etag: string;
  problem?: FormProblem | undefined;
  saved?: boolean;
}

/** The page on which an administrator changes the settings of the blog. */
export function settingsPage({ site, viewer, form, etag, problem, saved }: SettingsPage): string {
  return layout({
    site,
    title: problem ? 'Problem: Settings' : 'Settings',
    viewer,
    current: 'settings',
    main: markup`<div class="editor settings">
<h1 class="small">Settings</h1>
${saved && !problem ? markup`<p class="notice" role="status">The settings are saved. Readers see them within seconds.</p>` : none}
${alert(problem)}
<form method="post" action="/blog/settings" enctype="multipart/form-data">
${hiddenField('csrf', viewer.csrf)}${hiddenField('etag', etag)}${hiddenField('logo', form.logo)}${hiddenField('icon', form.icon)}${hiddenField('accent_before', form.accent_before)}${hiddenField('accent_dark_before', form.accent_dark_before)}
<fieldset><legend>The blog</legend>
${field({ name: 'title', label: 'Title', value: form.title }, problem)}
${field({ name: 'description', label: 'Description', value: form.description, optional: true, hint: 'What search engines and feeds say of it.' }, problem)}
${field({ name: 'language', label: 'Language', value: form.language, list: 'languages', hint: 'Of what you write, as a language tag: en, ko, pt-BR.' }, problem)}
${languageList}
${field({ name: 'time_zone', label: 'Time zone', value: form.time_zone, hint: 'UTC, or a city as in Europe/Berlin.', autocomplete: 'off' }, problem)}
</fieldset>
<fieldset><legend>How it looks</legend>
${field({ name: 'accent', label: 'Accent colour', type: 'color', value: form.accent, hint: 'Of links and buttons. One that cannot be read is refused.' }, problem)}
${field({ name: 'accent_dark', label: 'Accent colour in the dark theme', type: 'color', value: form.accent_dark, hint: 'Left as it is, it follows the other one.' }, problem)}
${identityField('logo', form.logo, site.title, problem)}
${identityField('icon', form.icon, site.title, problem)}
${field({ name: 'navigation', label: 'Navigation', value: form.navigation, rows: 4, optional: true, hint: 'A link in each line: About | /blog/posts/about' }, problem)}
${field({ name: 'footer', label: 'Footer', value: form.footer, optional: true }, problem)}
${field({ name: 'posts_per_page', label: 'Posts per page', type: 'number', min: 1, max: 100, value: form.posts_per_page }, problem)}
</fieldset>
<fieldset><legend>People</legend>
${field({ name: 'registration', label: 'Who may register', value: form.registration, options: registrationTexts, hint: registrationHint }, problem)}
</fieldset>
<p class="actions"><button class="button">Save settings</button></p>
</form>
</div>`,
  });
}

/** The form as it is shown first. */
export const formOf = (settings: Settings): SettingsForm => ({
  title: settings.title,
  description: settings.description,
  language: settings.language,
  time_zone: settings.time_zone,
  accent: settings.accent,
  accent_dark: settings.accent_dark,
  logo: settings.logo ?? '',
  icon: settings.icon ?? '',
  navigation: settings.navigation.map(({ label, href }) => `${label} | ${href}`).join('\n'),
  footer: settings.footer,
  posts_per_page: String(settings.posts_per_page),
  registration: settings.registration,
  accent_before: settings.accent,
  accent_dark_before: settings.accent_dark,
});

/** The form as it was sent. */
export const sentForm = (form: Form): SettingsForm =>
  Object.fromEntries(names.map((name) => [name, form.get(name)])) as SettingsForm;

/** What the form asks for. A new accent brings its own companion for the dark theme unless that was chosen, too. */
export function changeOf(form: SettingsForm): Required<Omit<SettingsChange, 'accent_dark'>> & SettingsChange {
  const { title, description, language, time_zone, accent, accent_dark, footer } = form;
  const follows = accent !== form.accent_before && accent_dark === form.accent_dark_before;
  return {
    title,
    description,
    language,
    time_zone,
    accent,
    ...(!follows && { accent_dark }),
    logo: form.logo || null,
    icon: form.icon || null,
    navigation: linksIn(form.navigation),
    footer,
    posts_per_page: Number(form.posts_per_page),
    registration: form.registration as Settings['registration'],
  };
}

/** `About | /blog/posts/about` in each line. */
const linksIn = (text: string): { label: string; href: string }[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const bar = line.lastIndexOf('|');
      return bar === -1
        ? { label: line.trim(), href: '' }
        : { label: line.slice(0, bar).trim(), href: line.slice(bar + 1).trim() };
    });

/** Problems of a link, said of the field that holds all of them: `navigation.0.href` is of its first line. */
export function withLinesOf(problem: FormProblem): FormProblem {
  const errors = Object.entries(problem.errors).map(([name, message]) => {
    const line = /^navigation\.(\d+)\.(label|href)$/.exec(name);
    return line
      ? ['navigation', `line ${Number(line[1]) + 1}: ${linkParts[line[2] as 'label']} ${message}`]
      : [name, message];
  });
  // The first one of a field stays.
  return { ...problem, errors: Object.fromEntries(errors.reverse()) };
}
const linkParts = { label: 'the name', href: 'the address behind the |' } as const;

import type { Settings, SettingsChange } from './blog-settings.ts';
import { alert, field, hiddenField } from './field.ts';
import type { Form } from './form.ts';
import { type FormProblem, type SaidProblem, saidIn } from './form-problem.ts';
import { linkTo, markup, none } from './html.ts';
import { identityField } from './identity-field.ts';
import { languageList } from './language-list.ts';
import { layout, type Viewer } from './layout.ts';
import type { SiteSettings } from './site.ts';
import { timeZoneList } from './time-zone-list.ts';
import { wordsOf } from './words.ts';
import type { Words } from './words-en.ts';

/** What the form holds, by field name. */
export type SettingsForm = Readonly<Record<(typeof names)[number], string>>;

const names = [
  'title',
  'description',
  'language',
  'time_zone',
  'accent',
  'accent_dark',
  'theme',
  'fonts',
  'logo',
  'icon',
  'layout',
  'navigation',
  'footer',
  'posts_per_page',
  'comments',
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
export function settingsPage({ site, viewer, form, etag, saved, ...page }: SettingsPage): string {
  const words = wordsOf(site.language);
  const { frame, settings, appearance } = words;
  const problem = withLinesOf(saidIn(words, page.problem), words);
  return layout({
    site,
    title: problem ? words.problems.title(frame.settings) : frame.settings,
    viewer,
    current: 'settings',
    main: markup`<div class="editor settings">
<h1 class="small">${frame.settings}</h1>
${saved && !problem ? markup`<p class="notice" role="status">${settings.saved}</p>` : none}
${alert(problem)}
<form method="post" action="/blog/settings" enctype="multipart/form-data">
${hiddenField('csrf', viewer.csrf)}${hiddenField('etag', etag)}${hiddenField('logo', form.logo)}${hiddenField('icon', form.icon)}${hiddenField('accent_before', form.accent_before)}${hiddenField('accent_dark_before', form.accent_dark_before)}
<fieldset><legend>${settings.blog}</legend>
${field({ name: 'title', label: settings.title, value: form.title }, problem)}
${field({ name: 'description', label: settings.description, value: form.description, optional: true, hint: settings.descriptionHint }, problem)}
${field({ name: 'language', label: settings.language, value: form.language, list: 'languages', hint: settings.languageHint }, problem)}
${languageList}
${field({ name: 'time_zone', label: settings.timeZone, value: form.time_zone, list: 'time-zones', hint: settings.timeZoneHint, autocomplete: 'off' }, problem)}
${timeZoneList()}
</fieldset>
<fieldset><legend>${settings.looks}</legend>
${field({ name: 'accent', label: settings.accent, type: 'color', value: form.accent, hint: settings.accentHint }, problem)}
${field({ name: 'accent_dark', label: settings.accentDark, type: 'color', value: form.accent_dark, hint: settings.accentDarkHint }, problem)}
${field({ name: 'theme', label: settings.theme, value: form.theme, options: appearance.themes, hint: settings.themeHint }, problem)}
${field({ name: 'fonts', label: settings.fonts, value: form.fonts, options: settings.fontChoices, hint: settings.fontsHint }, problem)}
${identityField('logo', form.logo, site.title, words, problem)}
${identityField('icon', form.icon, site.title, words, problem)}
${field({ name: 'layout', label: settings.layout, value: form.layout, options: settings.layouts, hint: settings.layoutHint }, problem)}
${field({ name: 'navigation', label: settings.navigation, value: form.navigation, rows: 4, optional: true, hint: settings.navigationHint }, problem)}
${field({ name: 'footer', label: settings.footer, value: form.footer, optional: true }, problem)}
${field({ name: 'posts_per_page', label: settings.postsPerPage, type: 'number', min: 1, max: 100, value: form.posts_per_page }, problem)}
</fieldset>
<fieldset><legend>${settings.readers}</legend>
${field({ name: 'comments', label: settings.comments, value: form.comments, options: settings.commentPolicies, hint: settings.commentsHint }, problem)}
</fieldset>
<fieldset><legend>${frame.people}</legend>
${field({ name: 'registration', label: settings.registration, value: form.registration, options: settings.registrations, hint: settings.registrationHint }, problem)}
</fieldset>
<p class="actions"><button class="button">${settings.save}</button></p>
</form>
<p>${settings.newsletter(linkTo('/blog/newsletter/subscribers'))}</p>
<p>${settings.webhooks(linkTo('/blog/webhooks'))}</p>
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
  theme: settings.theme,
  fonts: settings.fonts,
  logo: settings.logo ?? '',
  icon: settings.icon ?? '',
  layout: settings.layout,
  navigation: settings.navigation.map(({ label, href }) => `${label} | ${href}`).join('\n'),
  footer: settings.footer,
  posts_per_page: String(settings.posts_per_page),
  comments: settings.comments,
  registration: settings.registration,
  accent_before: settings.accent,
  accent_dark_before: settings.accent_dark,
});

/** The form as it was sent. */
export const sentForm = (form: Form): SettingsForm =>
  Object.fromEntries(names.map((name) => [name, form.get(name)])) as SettingsForm;

/** What the form asks for. A new accent brings its own companion for the dark theme unless that was chosen, too. */
export function changeOf(
  form: SettingsForm,
): Required<Omit<SettingsChange, 'accent_dark' | 'fonts' | 'layout'>> & SettingsChange {
  const { title, description, language, time_zone, accent, accent_dark, footer } = form;
  const follows = accent !== form.accent_before && accent_dark === form.accent_dark_before;
  return {
    title,
    description,
    language,
    time_zone,
    accent,
    ...(!follows && { accent_dark }),
    theme: form.theme as Settings['theme'],
    ...(form.fonts && { fonts: form.fonts as Settings['fonts'] }),
    logo: form.logo || null,
    icon: form.icon || null,
    ...(form.layout && { layout: form.layout as Settings['layout'] }),
    navigation: linksIn(form.navigation),
    footer,
    posts_per_page: Number(form.posts_per_page),
    comments: form.comments as Settings['comments'],
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
function withLinesOf(problem: SaidProblem | undefined, { problems }: Words): SaidProblem | undefined {
  if (!problem) return undefined;
  const errors = Object.entries(problem.errors).map(([name, message]) => {
    const line = /^navigation\.(\d+)\.(label|href)$/.exec(name);
    return line
      ? ['navigation', problems.ofLine(Number(line[1]) + 1, line[2] as 'label' | 'href', message as string)]
      : [name, message];
  });
  // The first one of a field stays.
  return { ...problem, errors: Object.fromEntries(errors.reverse()) };
}

import { alert, hiddenField } from './field.ts';
import { type FormProblem, saidIn } from './form-problem.ts';
import { type Html, markup, none, trusted } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import type { SiteSettings } from './site.ts';
import { type ThemeName, themeNames } from './theme-names.ts';
import { wordsOf } from './words.ts';

export interface AppearancePage {
  site: SiteSettings;
  viewer: Viewer;
  /** Path that the form leads to. */
  next: string;
  /** Undefined: as the blog has it. */
  chosen: ThemeName | undefined;
  problem?: FormProblem | undefined;
}

/** The page on which a reader chooses a theme. */
export function appearancePage({ site, viewer, next, chosen, problem }: AppearancePage): string {
  const words = wordsOf(site.language);
  const { frame, appearance } = words;
  const choice = (theme: ThemeName | '', name: string): Html => {
    const id = `theme-${theme || 'own'}`;
    const checked = (chosen ?? '') === theme ? trusted(' checked') : none;
    const sample = markup`<span class="sample" data-theme="${theme || site.theme}" aria-hidden="true">${appearance.sample} <span>${appearance.sample}</span></span>`;
    return markup`<div><label for="${id}"><input type="radio" id="${id}" name="theme" value="${theme}"${checked}>${sample} ${name}</label></div>`;
  };
  return layout({
    site,
    title: frame.appearance,
    viewer,
    main: markup`<div class="card">
<h1>${frame.appearance}</h1>
${alert(saidIn(words, problem))}
<form method="post" action="/blog/appearance">
${hiddenField('csrf', viewer.csrf)}${hiddenField('next', next)}
<fieldset class="samples"><legend>${appearance.legend}</legend>
${choice('', appearance.own)}
${themeNames.map((name) => markup`${choice(name, appearance.themes[name])}\n`)}</fieldset>
<p class="hint">${appearance.hint}</p>
<p class="actions"><button class="button">${appearance.save}</button></p>
</form>
</div>`,
  });
}

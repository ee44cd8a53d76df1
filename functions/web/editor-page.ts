import { nothingLeft } from '@dormouse/runtime/api';
import type { Pictured } from './article-pictures.ts';
import { editorScriptPath } from './assets/addresses.ts';
import type { Category } from './categories.ts';
import { changes } from './changes.ts';
import { coverField } from './cover-field.ts';
import { alert, field, hiddenField } from './field.ts';
import { type FormProblem, type SaidProblem, saidIn } from './form-problem.ts';
import { type Html, linkTo, markup, none, trusted } from './html.ts';
import { languageList } from './language-list.ts';
import { layout, type Viewer } from './layout.ts';
import { isInNavigation } from './page-navigation.ts';
import { pictureField } from './picture-field.ts';
import type { FullRevision, Post, PostInput } from './posts.ts';
import { prose, writtenLanguage } from './prose.ts';
import type { SiteSettings } from './site.ts';
import { withTagsOf } from './tag-problems.ts';
import { wordsOf } from './words.ts';
import type { Words } from './words-en.ts';

/** What the editor's form holds. */
export interface Writing extends Omit<PostInput, 'published_at' | 'lang' | 'cover' | 'slug' | 'date'> {
  /** When to publish it, as clocks of the blog show it; empty: at once. Undefined of a post that is published. */
  published_at: string | undefined;
  /** Language tag; empty: to be guessed. Undefined in a form of before there was a field for it. */
  lang: string | undefined;
  /** Hash of a picture; empty: none. Undefined as with `lang`. */
  cover: string | undefined;
  /** Of its address; empty: as the title is. Undefined as with `lang`. */
  slug: string | undefined;
  /** The date that it bears, as clocks of the blog show it; empty: when it is saved first. Undefined as with `lang`. */
  date: string | undefined;
  /** What the field for it held at first. */
  was_date: string;
  /** Of a page, whether the navigation leads there. Undefined where an administrator was not asked. */
  in_navigation: boolean | undefined;
  /** Whether the newsletter leaves it out. Undefined where that was not asked: of pages, of what is published, and where no posts are sent. */
  unmailed: boolean | undefined;
  /** Whether it did before. */
  was_unmailed: boolean;
  /** Makes a double click one post. Empty when an existing post is edited. */
  key: string;
  /** The post that is edited; 0 for a new one. */
  id: number;
  /** Entity tag of the version that the text was made from. */
  etag: string;
  /** Its number; 0 when it is not known. */
  version: number;
}

export interface EditorPage {
  site: SiteSettings;
  writing: Writing;
  /** Where the form goes. */
  action: string;
  categories: readonly Category[];
  viewer: Viewer;
  problem?: FormProblem | undefined;
  /** The content as sanitised HTML, and the colours of its pictures. */
  preview?: Pictured | undefined;
  /** What is stored now, when it is not what the text was made from. */
  theirs?: Post | undefined;
  /** What both were made from. */
  earlier?: FullRevision | undefined;
  /** The form holds what is stored, and nothing else. */
  isFresh?: boolean;
  /** Asks for user name, password and, where it is needed, the code of a second factor, because the session ended meanwhile. */
  logIn?: { username: string; needsCode: boolean } | undefined;
}

/** The page to write and to edit. Everything typed comes back with it, whatever happened. */
export function editorPage(page: EditorPage): string {
  const { writing, viewer } = page;
  const words = wordsOf(page.site.language);
  const t = words.editor;
  const said = saidIn(words, page.problem);
  const problem = said && withTagsOf(said, writing.tags ?? [], words);
  // What the form holds: a field that is missing here is missing there.
  const {
    id,
    key,
    etag,
    version,
    status,
    kind,
    title: _title,
    category_name,
    tags,
    content,
    published_at,
    lang,
    cover,
    cover_alt,
    summary,
    slug,
    featured,
    date,
    was_date,
    in_navigation,
    unmailed,
    was_unmailed,
    ...unshown
  } = writing;
  nothingLeft(unshown);
  const isPage = kind === 'page';
  const title = t.heading(writing.id === 0, isPage);
  return layout({
    site: page.site,
    title: problem ? words.problems.title(title) : page.preview === undefined ? title : t.previewOf(writing.title),
    viewer,
    script: editorScriptPath,
    pictures: page.preview?.colors ?? [],
    ...(writing.id === 0 && { current: 'write' as const }),
    main: markup`<div class="editor">
<h1 class="small">${title}</h1>
${alert(problem)}
${page.preview === undefined ? none : preview(writing, page.preview.html, t)}
${page.theirs ? conflict(page.theirs, page, t) : none}
<div class="desk">
<form method="post" action="${page.action}" enctype="multipart/form-data" class="writing"${forScript(page)}>
${hiddenField('csrf', viewer.csrf)}${hiddenField('key', writing.key)}${hiddenField('id', String(writing.id))}${hiddenField('etag', writing.etag)}${hiddenField('version', String(writing.version))}${hiddenField('status', writing.status)}${kind ? hiddenField('kind', kind) : none}
${page.logIn ? credentials(page.logIn, words, problem) : none}
${field({ name: 'title', label: t.title, value: writing.title, className: 'title', focus: !writing.title && !page.logIn }, problem)}
${isPage ? ofPage(writing) : none}${isPage ? none : field({ name: 'category_name', label: t.category, value: writing.category_name, optional: true, list: 'categories', hint: t.categoryHint, autocomplete: 'off' }, problem)}
<datalist id="categories">${page.categories.map(({ name }) => markup`<option value="${name}"></option>`)}</datalist>
${tags && !isPage ? field({ name: 'tags', label: t.tags, value: tags.join(', '), optional: true, hint: t.tagsHint, autocomplete: 'off' }, problem) : none}
${field({ name: 'content', label: page.theirs ? t.yourText : t.text, value: writing.content, rows: 22, hint: t.textHint, className: 'content' }, problem)}
${help(t)}
${lang === undefined ? none : languageField(lang, t, problem)}
${summary === undefined ? none : field({ name: 'summary', label: t.summary, value: summary, optional: true, rows: 2, hint: t.summaryHint, className: 'summary' }, problem)}
${slug === undefined ? none : field({ name: 'slug', label: t.address, value: slug, optional: true, hint: t.addressHint, autocomplete: 'off' }, problem)}
${published_at === undefined ? none : publishAt(published_at, page.site, t, problem)}
${date === undefined || isPage ? none : dateField(date, was_date, page.site, t, problem)}
${isPage && viewer.session?.role === 'admin' ? navigationField(in_navigation ?? isInNavigation(page.site.navigation, page.action), t) : none}
${featured === undefined || isPage ? none : featuredField(featured, t)}
${unmailed === undefined || isPage ? none : newsletterField(unmailed, was_unmailed, words)}
<div class="bar"><p class="actions">${buttons(writing, t)}</p></div>
${cover === undefined ? none : coverField({ hash: cover, alt: cover_alt ?? '' }, words, problem)}
${pictureField(words, problem)}
${kindChoice(isPage, t)}
</form>
</div>
</div>`,
  });
}

/** What the script goes by: whose text it is, whether the form holds what is stored, and whether it may save it without being asked. */
function forScript({ viewer, isFresh, problem, logIn, writing }: EditorPage): Html {
  const autosaves = writing.status === 'draft' && !problem && !logIn;
  return markup` data-account="${viewer.session?.name ?? ''}"${isFresh ? trusted(' data-fresh') : none}${autosaves ? trusted(' data-autosaves') : none}`;
}

/** The hidden field says that it was asked: a box that is not ticked sends nothing. */
const newsletterField = (isChecked: boolean, wasChecked: boolean, { newsletter }: Words): Html =>
  markup`<div class="field tick">${hiddenField('newsletter', wasChecked ? 'left-out' : 'asked')}
<label><input type="checkbox" name="unmailed" value="yes"${isChecked ? trusted(' checked') : none}> ${newsletter.leaveOutField}</label></div>`;

const featuredField = (isChecked: boolean, t: Words['editor']): Html =>
  markup`<div class="field tick">${hiddenField('featuring', 'asked')}
<label><input type="checkbox" name="featured" value="yes" aria-describedby="featured-hint"${isChecked ? trusted(' checked') : none}> ${t.featured}</label>
<p class="hint" id="featured-hint">${t.featuredHint}</p>
</div>`;

const navigationField = (isChecked: boolean, t: Words['editor']): Html =>
  markup`<div class="field tick">${hiddenField('navigation', 'asked')}
<label><input type="checkbox" name="in_navigation" value="yes" aria-describedby="in_navigation-hint"${isChecked ? trusted(' checked') : none}> ${t.inNavigation}</label>
<p class="hint" id="in_navigation-hint">${t.inNavigationHint}</p>
</div>`;

/** What nobody sees of a page goes along, should it become a post. */
const ofPage = ({ category_name, tags }: Writing): Html =>
  markup`${hiddenField('category_name', category_name)}${tags ? hiddenField('tags', tags.join(', ')) : none}`;

const kindChoice = (isPage: boolean, t: Words['editor']): Html =>
  markup`<p class="kind muted">${isPage ? t.isPage : t.isPost} <button class="button quiet" name="action" value="${isPage ? 'post' : 'page'}" formnovalidate>${isPage ? t.makePost : t.makePage}</button></p>`;

const publishAt = (
  value: string,
  { time_zone }: SiteSettings,
  t: Words['editor'],
  problem: SaidProblem | undefined,
): Html =>
  field(
    {
      name: 'published_at',
      label: t.publishAt,
      type: 'datetime-local',
      value,
      optional: true,
      hint: t.publishAtHint(time_zone),
    },
    problem,
  );

const dateField = (
  value: string,
  before: string,
  { time_zone }: SiteSettings,
  t: Words['editor'],
  problem: SaidProblem | undefined,
): Html =>
  markup`${hiddenField('was_date', before)}${field({ name: 'date', label: t.date, type: 'datetime-local', value, optional: true, hint: t.dateHint(time_zone) }, problem)}`;

/** @param value language tag, or nothing */
const languageField = (value: string, t: Words['editor'], problem: SaidProblem | undefined): Html =>
  markup`${field(
    {
      name: 'lang',
      label: t.language,
      value,
      optional: true,
      list: 'languages',
      hint: t.languageHint,
      autocomplete: 'off',
    },
    problem,
  )}
${languageList}`;

/** The first button is the one that the Enter key presses: it must be harmless. */
function buttons({ id, status, published_at }: Writing, t: Words['editor']): Html {
  const preview = markup`<button class="button quiet" name="action" value="preview" formnovalidate>${t.preview}</button>`;
  const draft = (text: string) => markup`<button class="button quiet" name="action" value="draft">${text}</button>`;
  const publish = (text: string) => markup`<button class="button" name="action" value="published">${text}</button>`;
  if (id && status === 'published') return markup`${preview} ${draft(t.backToDraft)} ${publish(t.saveChanges)}`;
  if (published_at) return markup`${preview} ${draft(t.saveAsDraft)} ${publish(t.publishThen)}`;
  return markup`${preview} ${draft(t.saveDraft)} ${publish(t.publish)}`;
}

function preview(writing: Writing, article: string, t: Words['editor']): Html {
  const lang = writtenLanguage(writing);
  return markup`<section class="preview" aria-label="${t.preview}">
<p class="kicker">${t.notSaved}</p>
<h2 class="preview-title"${lang} dir="auto">${writing.title || t.untitled}</h2>
${prose(lang, article)}
</section>`;
}

const credentials = (
  { username, needsCode }: { username: string; needsCode: boolean },
  { editor, fields, secondFactor }: Words,
  problem: SaidProblem | undefined,
): Html => markup`<fieldset>
<legend>${editor.logIn}</legend>
${field({ name: 'username', label: fields.userName, value: username, autocomplete: 'username', focus: true }, problem)}
${field({ name: 'password', label: fields.password, type: 'password', autocomplete: 'current-password' }, problem)}
${needsCode ? field({ name: 'code', label: secondFactor.code, autocomplete: 'one-time-code', hint: secondFactor.codeOrRecovery }, problem) : none}
</fieldset>`;

const conflict = (
  theirs: Post,
  { action, earlier, writing }: EditorPage,
  t: Words['editor'],
): Html => markup`<section class="conflict" aria-labelledby="conflict">
<h2 id="conflict">${t.stored}</h2>
<p>${t.conflict(linkTo(action))}</p>
<dl><dt>${t.title}</dt><dd dir="auto">${theirs.title}</dd><dt>${t.category}</dt><dd dir="auto">${theirs.category.name}</dd><dt>${t.tags}</dt><dd dir="auto">${theirs.tags.join(', ')}</dd><dt>${t.status}</dt><dd>${t.statuses[theirs.status]}</dd></dl>
<p class="muted">${t.marks}</p>
${
  earlier
    ? markup`<h3>${t.othersChanged}</h3>
${changes(whole(earlier), whole(theirs))}
<h3>${t.youChanged}</h3>
${changes(whole(earlier), whole(writing))}`
    : markup`<h3>${t.storedToYours}</h3>
${changes(whole(theirs), whole(writing))}`
}
<label for="theirs">${t.storedText}</label>
<textarea id="theirs" rows="12" readonly dir="auto">\n${theirs.content}</textarea>
</section>`;

const whole = ({ title, content }: { title: string; content: string }): string => `${title}\n\n${content}`;

const help = ({ help, formats }: Words['editor']): Html => markup`<details class="help"><summary>${help}</summary>
<dl>
${formats.map(([code, text]) => markup`<dt><code>${code}</code></dt><dd>${text}</dd>\n`)}</dl>
</details>`;

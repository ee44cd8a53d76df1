import { nothingLeft } from '@dormouse/runtime/api';
import type { Pictured } from './article-pictures.ts';
import type { Category } from './categories.ts';
import { changes } from './changes.ts';
import { alert, field, hiddenField } from './field.ts';
import type { FormProblem } from './form-problem.ts';
import { type Html, markup, none, trusted } from './html.ts';
import { languageList } from './language-list.ts';
import { layout, type Viewer } from './layout.ts';
import { pictureField } from './picture-field.ts';
import type { FullRevision, Post, PostInput } from './posts.ts';
import { prose, writtenLanguage } from './prose.ts';
import { editorScriptPath } from './script-path.ts';
import type { SiteSettings } from './site.ts';
import { withTagsOf } from './tag-problems.ts';

/** What the editor's form holds. */
export interface Writing extends Omit<PostInput, 'published_at' | 'lang'> {
  /** When to publish it, as clocks of the blog show it; empty: at once. Undefined of a post that is published. */
  published_at: string | undefined;
  /** Language tag; empty: to be guessed. Undefined in a form of before there was a field for it. */
  lang: string | undefined;
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
  /** Asks for user name and password, because the session ended meanwhile. */
  logIn?: { username: string } | undefined;
}

/** The page to write and to edit. Everything typed comes back with it, whatever happened. */
export function editorPage(page: EditorPage): string {
  const { writing, viewer } = page;
  const problem = page.problem && withTagsOf(page.problem, writing.tags ?? []);
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
    ...unshown
  } = writing;
  nothingLeft(unshown);
  const isPage = kind === 'page';
  const title = `${writing.id ? 'Edit' : 'Write a'} ${isPage ? 'page' : 'post'}`;
  return layout({
    site: page.site,
    title: problem
      ? `Problem: ${title}`
      : page.preview === undefined
        ? title
        : `Preview: ${writing.title || 'untitled'}`,
    viewer,
    script: editorScriptPath(),
    pictures: page.preview?.colors ?? [],
    ...(writing.id === 0 && { current: 'write' as const }),
    main: markup`<div class="editor">
<h1 class="small">${title}</h1>
${alert(problem)}
${page.preview === undefined ? none : preview(writing, page.preview.html)}
${page.theirs ? conflict(page.theirs, page) : none}
<form method="post" action="${page.action}" class="writing"${forScript(page)}>
${hiddenField('csrf', viewer.csrf)}${hiddenField('key', writing.key)}${hiddenField('id', String(writing.id))}${hiddenField('etag', writing.etag)}${hiddenField('version', String(writing.version))}${hiddenField('status', writing.status)}${kind ? hiddenField('kind', kind) : none}
${page.logIn ? credentials(page.logIn, problem) : none}
${field({ name: 'title', label: 'Title', value: writing.title, className: 'title', focus: !writing.title && !page.logIn }, problem)}
${isPage ? ofPage(writing) : none}${isPage ? none : field({ name: 'category_name', label: 'Category', value: writing.category_name, list: 'categories', hint: 'One that exists, or a new one.', autocomplete: 'off' }, problem)}
<datalist id="categories">${page.categories.map(({ name }) => markup`<option value="${name}"></option>`)}</datalist>
${tags && !isPage ? field({ name: 'tags', label: 'Tags', value: tags.join(', '), optional: true, hint: 'Separated by commas.', autocomplete: 'off' }, problem) : none}
${field({ name: 'content', label: page.theirs ? 'Your text' : 'Text', value: writing.content, rows: 22, hint: 'Markdown.', className: 'content' }, problem)}
${help}
${lang === undefined ? none : languageField(lang, problem)}
${published_at === undefined ? none : publishAt(published_at, page.site, problem)}
<div class="bar"><p class="actions">${buttons(writing)}</p></div>
${pictureField(problem)}
${kindChoice(isPage)}
</form>
</div>`,
  });
}

/** What the script goes by: whose text it is, whether the form holds what is stored, and whether it may save it without being asked. */
function forScript({ viewer, isFresh, problem, logIn, writing }: EditorPage): Html {
  const autosaves = writing.status === 'draft' && !problem && !logIn;
  return markup` data-account="${viewer.session?.name ?? ''}"${isFresh ? trusted(' data-fresh') : none}${autosaves ? trusted(' data-autosaves') : none}`;
}

/** What nobody sees of a page goes along, should it become a post. */
const ofPage = ({ category_name, tags }: Writing): Html =>
  markup`${hiddenField('category_name', category_name)}${tags ? hiddenField('tags', tags.join(', ')) : none}`;

const kindChoice = (isPage: boolean): Html =>
  markup`<p class="kind muted">${
    isPage
      ? 'This is a page: it has an address, and stands in no list, feed or count.'
      : 'For “About” or an imprint there are pages, which stand in no list, feed or count.'
  } <button class="button quiet" name="action" value="${isPage ? 'post' : 'page'}" formnovalidate>Make it a ${isPage ? 'post' : 'page'}</button></p>`;

const publishAt = (value: string, { time_zone }: SiteSettings, problem: FormProblem | undefined): Html =>
  field(
    {
      name: 'published_at',
      label: 'Publish at',
      type: 'datetime-local',
      value,
      optional: true,
      hint: `Left empty, it is published at once. Time zone: ${time_zone}.`,
    },
    problem,
  );

/** @param value language tag, or nothing */
const languageField = (value: string, problem: FormProblem | undefined): Html =>
  markup`${field(
    {
      name: 'lang',
      label: 'Language',
      value,
      optional: true,
      list: 'languages',
      hint: 'Of this text, as a language tag: en, ko, pt-BR. Left empty, it is guessed from the script.',
      autocomplete: 'off',
    },
    problem,
  )}
${languageList}`;

/** The first button is the one that the Enter key presses: it must be harmless. */
function buttons({ id, status, published_at }: Writing): Html {
  const preview = markup`<button class="button quiet" name="action" value="preview" formnovalidate>Preview</button>`;
  const draft = (text: string) => markup`<button class="button quiet" name="action" value="draft">${text}</button>`;
  const publish = (text: string) => markup`<button class="button" name="action" value="published">${text}</button>`;
  if (id && status === 'published') return markup`${preview} ${draft('Back to draft')} ${publish('Save changes')}`;
  if (published_at) return markup`${preview} ${draft('Save as draft')} ${publish('Publish at this time')}`;
  return markup`${preview} ${draft('Save draft')} ${publish('Publish')}`;
}

function preview(writing: Writing, article: string): Html {
  const lang = writtenLanguage(writing);
  return markup`<section class="preview" aria-label="Preview">
<p class="kicker">Preview, not saved yet</p>
<h2 class="preview-title"${lang} dir="auto">${writing.title || 'Untitled'}</h2>
${prose(lang, article)}
</section>`;
}

const credentials = ({ username }: { username: string }, problem: FormProblem | undefined): Html => markup`<fieldset>
<legend>Log in to go on</legend>
${field({ name: 'username', label: 'User name', value: username, autocomplete: 'username', focus: true }, problem)}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' }, problem)}
</fieldset>`;

const conflict = (
  theirs: Post,
  { action, earlier, writing }: EditorPage,
): Html => markup`<section class="conflict" aria-labelledby="conflict">
<h2 id="conflict">What is stored now</h2>
<p>This post was changed after you had opened it. Take over what you need into your text below and save: that replaces the stored version. Or <a href="${action}">drop your text and edit the stored one</a>.</p>
<dl><dt>Title</dt><dd dir="auto">${theirs.title}</dd><dt>Category</dt><dd dir="auto">${theirs.category.name}</dd><dt>Tags</dt><dd dir="auto">${theirs.tags.join(', ')}</dd><dt>Status</dt><dd>${theirs.status}</dd></dl>
<p class="muted">Struck through: gone. Underlined: new.</p>
${
  earlier
    ? markup`<h3>What others changed</h3>
${changes(whole(earlier), whole(theirs))}
<h3>What you changed</h3>
${changes(whole(earlier), whole(writing))}`
    : markup`<h3>From the stored text to yours</h3>
${changes(whole(theirs), whole(writing))}`
}
<label for="theirs">Stored text</label>
<textarea id="theirs" rows="12" readonly dir="auto">\n${theirs.content}</textarea>
</section>`;

const whole = ({ title, content }: { title: string; content: string }): string => `${title}\n\n${content}`;

const help = markup`<details class="help"><summary>How to format</summary>
<dl>
<dt><code># Heading</code></dt><dd>a heading; more # for smaller ones</dd>
<dt><code>**bold** *italic* ~~gone~~</code></dt><dd>emphasis</dd>
<dt><code>[text](https://example.org)</code></dt><dd>a link</dd>
<dt><code>- item</code></dt><dd>a list; <code>1. item</code> for a numbered one</dd>
<dt><code>&gt; quoted</code></dt><dd>a quotation</dd>
<dt><code>\`code\`</code></dt><dd>code; three backticks and a language on lines of their own around a block</dd>
<dt><code>| a | b |</code></dt><dd>a table; its second line is <code>|---|---|</code></dd>
<dt><code>![what it shows](address "caption")</code></dt><dd>a picture</dd>
<dt><code>- [ ] to do</code></dt><dd>a task; <code>- [x] done</code></dd>
<dt><code>text[^1]</code></dt><dd>a footnote; <code>[^1]: note</code> on a line of its own</dd>
<dt><code>&gt; [!NOTE]</code></dt><dd>a callout, with its text in the next lines; also <code>TIP</code>, <code>WARNING</code></dd>
<dt><code>$x^2$</code></dt><dd>a formula</dd>
<dt><code>[toc]</code></dt><dd>a list of the headings</dd>
</dl>
</details>`;

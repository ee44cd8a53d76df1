import { field, hiddenField } from './field.ts';
import type { SaidProblem } from './form-problem.ts';
import { type Html, markup, none, trusted } from './html.ts';
import { identityPath } from './identity-pictures.ts';
import { pictureTypes } from './picture-field.ts';
import type { Words } from './words-en.ts';

export interface CoverInput {
  /** Of the picture that was chosen; empty: none. */
  hash: string;
  /** What it shows. */
  alt: string;
}

/** The picture that stands for a post: what there is, another one, or none. Works without scripts; with ours a file is uploaded at once. */
export function coverField({ hash, alt }: CoverInput, words: Words, problem: SaidProblem | undefined): Html {
  const { editor, pictures, fields, settings } = words;
  const error = problem?.errors.cover;
  return markup`<fieldset class="cover-field">
<legend>${editor.cover}</legend>
${hiddenField('cover', hash)}
<p class="identity"${hash ? none : trusted(' hidden')}><img${hash ? markup` src="${identityPath(hash, '640.webp')}"` : none} alt="${editor.cover}"> <label for="cover_none"><input type="checkbox" id="cover_none" name="cover_none" value="yes"> ${settings.removePicture}</label></p>
<div class="field">
<label for="cover_file">${editor.coverFile}</label>
<p class="hint" id="cover-hint">${editor.coverHint} ${fields.pictureTypes}</p>
<input id="cover_file" name="cover_file" type="file" accept="${pictureTypes}" aria-describedby="cover-hint${error ? ' cover-error' : ''}"${error ? trusted(' aria-invalid="true"') : none}>
${error ? markup`<p class="error" id="cover-error">${error}</p>` : none}
</div>
${field({ name: 'cover_alt', label: pictures.shows, value: alt, optional: true, autocomplete: 'off', hint: pictures.showsHint }, problem)}
<p class="actions"><button class="button quiet" name="action" value="cover" formenctype="multipart/form-data" formnovalidate>${editor.setCover}</button></p>
</fieldset>`;
}

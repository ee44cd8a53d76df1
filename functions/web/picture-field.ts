import { field } from './field.ts';
import type { FormProblem, SaidProblem } from './form-problem.ts';
import { type Html, markup, none } from './html.ts';
import type { Words } from './words-en.ts';

/** What a file to upload may be, for its field. */
export const pictureTypes = 'image/png,image/jpeg,image/gif,image/webp,image/avif';

/**
 * Below the editor's own buttons, so that the Enter key presses none of these: a file, and what it shows. Every button of the form brings
 * the file along; the script takes the field away, and has a button of its own.
 */
export function pictureField({ pictures }: Words, problem: SaidProblem | undefined): Html {
  const error = problem?.errors.picture;
  return markup`<fieldset class="picture-field">
<legend>${pictures.insert}</legend>
<div class="field">
<label for="picture">${pictures.file}</label>
<p class="hint" id="picture-hint">${pictures.fileHint}</p>
<input id="picture" name="picture" type="file" accept="${pictureTypes}" aria-describedby="picture-hint${error ? ' picture-error' : ''}">
${error ? markup`<p class="error" id="picture-error">${error}</p>` : none}
</div>
${field({ name: 'picture_alt', label: pictures.shows, optional: true, autocomplete: 'off', hint: pictures.showsHint }, problem)}
<p class="actions"><button class="button quiet" name="action" value="picture" formnovalidate>${pictures.upload}</button></p>
</fieldset>`;
}

/** What is wrong when there is no file. */
export const noFile: FormProblem = {
  status: 422,
  alert: ({ problems }) => problems.chooseFile,
  errors: { picture: 'Choose a file.' },
  headers: {},
};

/** The same of a cover. */
export const noCover: FormProblem = { ...noFile, errors: { cover: 'Choose a file.' } };

/** A text with a picture as its last paragraph. */
export function withPicture(content: string, alt: string, address: string): string {
  const words = alt
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/[\\[\]]/g, '\\$&');
  const before = content.trimEnd();
  return `${before}${before === '' ? '' : '\n\n'}![${words}](${address})\n`;
}

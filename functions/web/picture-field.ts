import { field } from './field.ts';
import type { FormProblem } from './form-problem.ts';
import { type Html, markup, none } from './html.ts';

/** What a file to upload may be, for its field. */
export const pictureTypes = 'image/png,image/jpeg,image/gif,image/webp,image/avif';

/** Below the editor's own buttons, so that the Enter key presses none of these: a file, and what it shows. Works without scripts. */
export function pictureField(problem: FormProblem | undefined): Html {
  const error = problem?.errors.picture;
  return markup`<fieldset class="picture-field">
<legend>Insert a picture</legend>
<div class="field">
<label for="picture">File</label>
<p class="hint" id="picture-hint">PNG, JPEG, WebP, GIF or AVIF, at most 10 MB. Where it was taken is not shown to anybody.</p>
<input id="picture" name="picture" type="file" accept="${pictureTypes}" aria-describedby="picture-hint${error ? ' picture-error' : ''}">
${error ? markup`<p class="error" id="picture-error">${error}</p>` : none}
</div>
${field({ name: 'picture_alt', label: 'What it shows', optional: true, autocomplete: 'off', hint: 'For people who do not see it. Empty for a mere decoration.' }, problem)}
<p class="actions"><button class="button quiet" name="action" value="picture" formenctype="multipart/form-data" formnovalidate>Upload and insert</button></p>
</fieldset>`;
}

/** What is wrong when there is no file. */
export const noFile: FormProblem = {
  status: 422,
  alert: 'Choose a file first.',
  errors: { picture: 'Choose a file.' },
  headers: {},
};

/** A text with a picture as its last paragraph. */
export function withPicture(content: string, alt: string, address: string): string {
  const words = alt
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/[\\[\]]/g, '\\$&');
  const before = content.trimEnd();
  return `${before}${before === '' ? '' : '\n\n'}![${words}](${address})\n`;
}

import type { FileForm } from './form.ts';
import type { SaidProblem } from './form-problem.ts';
import { type Html, markup, none, trusted } from './html.ts';
import { identityPath } from './identity-pictures.ts';
import { pictureTypes } from './picture-field.ts';
import type { Pictures } from './pictures.ts';
import type { Words } from './words-en.ts';

/** Settings that are pictures. */
export const identityPictures = ['logo', 'icon'] as const;
type Name = (typeof identityPictures)[number];

/** A picture of the blog: what there is, another one, or none. Works without scripts. @param hash of the present one, or empty */
export function identityField(
  name: Name,
  hash: string,
  title: string,
  words: Words,
  problem: SaidProblem | undefined,
): Html {
  const { settings, fields } = words;
  const error = problem?.errors[name];
  return markup`<div class="field">
<label for="${name}_file">${settings[name]}</label>
<p class="hint" id="${name}-hint">${settings[`${name}Hint`]} ${fields.pictureTypes}</p>
${hash ? markup`<p class="identity"><img src="${identityPath(hash, '640.webp')}" alt="${title}"> <label><input type="checkbox" name="${name}_none" value="yes"> ${settings.removePicture}</label></p>` : none}
<input id="${name}_file" name="${name}_file" type="file" accept="${pictureTypes}" aria-describedby="${name}-hint${error ? ` ${name}-error` : ''}"${error ? trusted(' aria-invalid="true"') : none}>
${error ? markup`<p class="error" id="${name}-error">${error}</p>` : none}
</div>`;
}

/**
 * The pictures that a form asks for, by name: hashes, empty for none. What was chosen is uploaded first.
 * @throws AppError with what media answered
 */
export async function identityOf(form: FileForm, pictures: Pictures, token: string): Promise<Record<Name, string>> {
  const of = async (name: Name): Promise<string> => {
    const file = await form.file(`${name}_file`);
    if (file) return (await pictures.upload(file, token)).hash;
    return form.get(`${name}_none`) === 'yes' ? '' : form.get(name);
  };
  return { logo: await of('logo'), icon: await of('icon') };
}

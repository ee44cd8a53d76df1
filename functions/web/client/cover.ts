import { type EditorForm, shown } from './editor-form.ts';
import { element } from './element.ts';
import { sendPicture } from './uploads.ts';
import { words } from './words.ts';

const tryAgainMs = 1_500;
const maxTries = 20;

/** The cover: a file that is chosen is uploaded and shown at once, and so is what another tab or version has. */
export function cover(editor: EditorForm): void {
  const box = editor.form.querySelector<HTMLElement>('.cover-field');
  const file = box?.querySelector<HTMLInputElement>('[name="cover_file"]');
  const none = box?.querySelector<HTMLInputElement>('[name="cover_none"]');
  const picture = box?.querySelector('img');
  if (!box || !file || !none || !picture) return;
  const upload = box.querySelector<HTMLElement>('.actions');
  if (upload) upload.hidden = true;
  const said = element('p', { class: 'hint', role: 'status' });
  file.after(said);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let tries = 0;
  const show = () => {
    const hash = editor.hidden('cover');
    const row = picture.closest<HTMLElement>('.identity');
    if (row) row.hidden = hash === '';
    none.checked = false;
    clearTimeout(timer);
    tries = 0;
    const address = hash && `/blog/media/pictures/${hash}-640.webp`;
    if (address && picture.getAttribute('src') !== address) picture.src = address;
    if (!address) picture.removeAttribute('src');
  };
  // It is made after the upload, which takes a moment.
  picture.addEventListener('error', () => {
    const address = picture.getAttribute('src');
    if (address && ++tries < maxTries) timer = setTimeout(() => (picture.src = address), tryAgainMs);
  });
  const set = (hash: string) => {
    editor.setHidden('cover', hash);
    show();
    editor.form.dispatchEvent(new Event('change'));
  };
  file.addEventListener('change', async (event) => {
    event.stopPropagation();
    const [chosen] = file.files ?? [];
    if (!chosen) return;
    said.textContent = words.uploading;
    try {
      set(/[0-9a-f]{64}/.exec(await sendPicture(editor, chosen))?.[0] ?? '');
      said.textContent = '';
    } catch (error) {
      said.textContent = (error as Error).message;
    }
    file.value = '';
  });
  none.addEventListener('change', (event) => {
    event.stopPropagation();
    if (none.checked) set('');
  });
  editor.form.addEventListener(shown, show);
  show();
}

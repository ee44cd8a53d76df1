import type { EditorForm } from './editor-form.ts';
import { button, element } from './element.ts';
import { movedPosition } from './position.ts';
import { replaceText } from './replace-text.ts';
import { words } from './words.ts';

const maxWaitMs = 120_000;
const alt = words.whatItShows;

/** Pictures that are pasted, dropped or chosen: uploaded, and put where they were. */
export class Uploads {
  readonly #editor: EditorForm;
  /** Prevents saving while the text has a place that is waiting; ends that. */
  readonly #hold: () => () => void;
  readonly #list = element('ul', { class: 'uploads', 'aria-label': words.uploads });
  readonly #running = new Set<Promise<void>>();
  readonly #accept: string;
  #count = 0;

  constructor(editor: EditorForm, hold: () => () => void) {
    this.#editor = editor;
    this.#hold = hold;
    const { text } = editor;
    text.after(this.#list);
    // The button above the text does the same, and better.
    const { accept } = editor.form.elements.namedItem('picture') as HTMLInputElement;
    this.#accept = accept;
    editor.form.querySelector('.picture-field')?.remove();
    text.addEventListener('paste', (event) => this.#take(event, event.clipboardData));
    text.addEventListener('drop', (event) => this.#take(event, event.dataTransfer));
    text.addEventListener('dragover', (event) => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
    });
  }

  /** Opens the browser's dialogue. */
  choose(): void {
    const input = element('input', { type: 'file', accept: this.#accept, multiple: '' });
    input.addEventListener('change', () => this.#start(Array.from(input.files ?? [])));
    input.click();
  }

  /** Resolves when nothing is being uploaded. */
  async finished(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  #take(event: Event, data: DataTransfer | null): void {
    const pictures = Array.from(data?.files ?? []).filter(({ type }) => type.startsWith('image/'));
    // Text processors add a picture of the text that is pasted.
    if (pictures.length === 0 || data?.getData('text/plain')) return;
    event.preventDefault();
    this.#start(pictures);
  }

  #start(files: readonly File[]): void {
    for (const file of files) {
      const upload = this.#upload(file).finally(() => this.#running.delete(upload));
      this.#running.add(upload);
    }
  }

  async #upload(file: File): Promise<void> {
    const { text } = this.#editor;
    const release = this.#hold();
    const place = `![${file.name.replace(/[\\[\]]/g, '')} ${++this.#count} …]()`;
    text.focus();
    replaceText(text, text.selectionStart, text.selectionEnd, place);
    const bar = element('progress', { max: '1', value: '0', 'aria-label': file.name });
    const line = element('li', {}, `${file.name} `, bar);
    this.#list.append(line);
    try {
      const address = await sendPicture(this.#editor, file, (share) => (bar.value = share));
      this.#put(place, `![${alt}](${address})`);
      line.remove();
    } catch (error) {
      this.#put(place, '');
      const problem = element('span', { class: 'error', role: 'alert' }, (error as Error).message);
      line.replaceChildren(
        `${file.name}: `,
        problem,
        ' ',
        button(words.close, () => line.remove()),
      );
    } finally {
      release();
    }
  }

  /** Puts something in the place of the mark, which may have moved; what it shows is selected when nothing else was typed since. */
  #put(place: string, insert: string): void {
    const { text } = this.#editor;
    const before = text.value;
    const at = before.indexOf(place);
    if (at === -1) return;
    const { selectionStart, selectionEnd } = text;
    const isThere = selectionStart === at + place.length && selectionEnd === selectionStart;
    replaceText(text, at, at + place.length, insert);
    if (isThere && insert) text.setSelectionRange(at + 2, at + 2 + alt.length);
    else
      text.setSelectionRange(
        ...([selectionStart, selectionEnd].map((each) => movedPosition(each, before, text.value)) as [number, number]),
      );
  }
}

/** Uploads a picture. @returns its address. @throws Error whose message says what is wrong */
export async function sendPicture(
  editor: EditorForm,
  file: File,
  progress: (share: number) => void = () => {},
): Promise<string> {
  for (const isLast of [false, true]) {
    const reply = await sendFile(editor, file, progress);
    if (reply.outcome === 'uploaded') return reply.address;
    if (reply.outcome === 'stale' && !isLast) editor.setHidden('csrf', reply.csrf);
    else if (reply.outcome === 'refused') throw new Error(reply.alert);
    else if (reply.outcome === 'logged-out') throw new Error(words.uploadLoggedOut);
    else break;
  }
  throw new Error(words.notUploaded);
}

type Reply =
  | { outcome: 'uploaded'; address: string }
  | { outcome: 'refused'; alert: string }
  | { outcome: 'stale'; csrf: string }
  | { outcome: 'logged-out' | 'later' };

/** By XMLHttpRequest, since fetch tells no progress of what is sent. */
function sendFile(editor: EditorForm, file: File, progress: (share: number) => void): Promise<Reply> {
  const body = new FormData();
  for (const [name, value] of Object.entries({
    csrf: editor.hidden('csrf'),
    account: editor.account,
    action: 'picture',
  }))
    body.set(name, value);
  body.set('picture', file);
  const { promise, resolve } = Promise.withResolvers<Reply>();
  const request = new XMLHttpRequest();
  request.upload.addEventListener('progress', ({ loaded, total }) => progress(total > 0 ? loaded / total : 0));
  request.addEventListener('loadend', () => {
    const reply = request.response as Reply | null;
    if (typeof reply?.outcome === 'string') resolve(reply);
    else if (request.status === 413) resolve({ outcome: 'refused', alert: words.tooLarge });
    else resolve({ outcome: 'later' });
  });
  request.open('POST', editor.form.getAttribute('action') ?? '');
  request.setRequestHeader('accept', 'application/json');
  request.responseType = 'json';
  request.timeout = maxWaitMs;
  request.send(body);
  return promise;
}

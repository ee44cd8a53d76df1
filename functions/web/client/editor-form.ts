import type { Save, Version } from './draft.ts';
import { type Fields, fieldNames } from './fields.ts';
import { movedPosition } from './position.ts';
import type { Previewed, Reply, UploadedPicture } from './reply.ts';

type Answer = Reply | Previewed | UploadedPicture;
type Control = HTMLInputElement | HTMLTextAreaElement;

const maxWaitMs = 60_000;
/** Event of the form: its fields were changed by the script. */
export const shown = 'fields-shown';

/** The editor's form: its fields, and requests with them. */
export class EditorForm {
  readonly form: HTMLFormElement;
  readonly text: HTMLTextAreaElement;

  constructor(form: HTMLFormElement) {
    this.form = form;
    this.text = this.#control('content') as HTMLTextAreaElement;
  }

  get account(): string {
    return this.form.dataset.account ?? '';
  }

  get fields(): Fields {
    return this.#read(({ value }) => value);
  }

  /** As the server wrote them. */
  get written(): Fields {
    return this.#read(({ defaultValue }) => defaultValue);
  }

  /** The version that the form was made from. */
  get version(): Version {
    const { id, version, etag } = {
      id: Number(this.hidden('id')),
      version: Number(this.hidden('version')),
      etag: this.hidden('etag'),
    };
    return { id, version, etag, action: this.form.getAttribute('action') ?? '', fields: this.written };
  }

  hidden(name: string): string {
    return this.#control(name)?.value ?? '';
  }

  setHidden(name: string, value: string): void {
    const control = this.#control(name);
    if (control) control.value = value;
  }

  /** Shows other fields; the cursor stays where it is in the text. */
  show(fields: Fields): void {
    for (const name of fieldNames) {
      const control = this.#control(name);
      if (!control || control.value === fields[name]) continue;
      const { selectionStart, selectionEnd, scrollTop, value } = this.text;
      control.value = fields[name];
      if (control !== this.text) continue;
      const moved = (position: number) => movedPosition(position, value, fields.content);
      this.text.setSelectionRange(moved(selectionStart), moved(selectionEnd));
      this.text.scrollTop = scrollTop;
    }
    this.form.dispatchEvent(new Event(shown));
  }

  /** Later requests are of this version. */
  isAt({ id, version, etag, action }: Version): void {
    this.setHidden('id', String(id));
    this.setHidden('version', String(version));
    this.setHidden('etag', etag);
    this.form.setAttribute('action', action);
    if (location.pathname !== action) history.replaceState(history.state, '', action);
  }

  save({ action, fields, id, ...others }: Save): Promise<Reply> {
    return this.ask('autosave', action, { ...others, ...fields, id: String(id), status: 'draft' });
  }

  /** Sends the form, without files. @throws Error when nothing understandable comes back */
  async ask<A extends Answer = Reply>(
    what: string,
    address = this.form.getAttribute('action') ?? '',
    fields: Readonly<Record<string, string>> = {},
  ): Promise<A> {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(this.form)) if (typeof value === 'string') body.set(name, value);
    for (const [name, value] of Object.entries({ ...fields, account: this.account, action: what }))
      body.set(name, value);
    const response = await fetch(address, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body,
      signal: AbortSignal.timeout(maxWaitMs),
    });
    return answerOf(await response.json());
  }

  #read(of: (control: Control) => string): Fields {
    return Object.fromEntries(
      fieldNames.map((name) => {
        const control = this.#control(name);
        return [name, control ? of(control) : ''];
      }),
    ) as unknown as Fields;
  }

  #control(name: string): Control | undefined {
    const control = this.form.elements.namedItem(name);
    return control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement ? control : undefined;
  }
}

/** @throws Error for what is not from the editor's own address, but from something in between. */
export function answerOf<A extends Answer>(body: unknown): A {
  if (typeof (body as { outcome?: unknown } | null)?.outcome !== 'string') throw new Error('no answer of the editor');
  return body as A;
}

import type { Autosave } from './autosave.ts';
import type { EditorForm } from './editor-form.ts';
import type { Fields } from './fields.ts';
import type { Reply } from './reply.ts';

/**
 * Buttons of the form do what they do without a script, but not before the last answer is there, whose version they need. What was typed
 * since they were pressed is kept, and its page stays; when there is no connection, nothing happens but that the line says so.
 * @param ready resolves when the text has what it waits for
 * @param eventOver resolves when no event is being dispatched any more
 */
export function submitting(
  editor: EditorForm,
  autosave: Autosave,
  ready: () => Promise<void>,
  eventOver: () => Promise<void> = () => new Promise((done) => setTimeout(done)),
): void {
  const { form } = editor;
  let isReady = false;
  let isBusy = false;
  form.addEventListener('submit', (event) => {
    if (isReady) return;
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    const pressed = event.submitter as HTMLButtonElement | null;
    // What is saved by itself meanwhile would be a version that the button does not know.
    const release = autosave.hold();
    void send(pressed).finally(() => {
      isBusy = false;
      release();
    });
  });

  /** The first answer may be a token of the present session. */
  async function asked(what: string): Promise<{ reply: Reply; sent: Fields }> {
    const first = await askedOnce(what);
    if (first.reply.outcome !== 'stale') return first;
    editor.setHidden('csrf', first.reply.csrf);
    return askedOnce(what);
  }

  async function askedOnce(what: string): Promise<{ reply: Reply; sent: Fields }> {
    const sent = editor.fields;
    return { reply: await editor.ask(what), sent };
  }

  async function send(pressed: HTMLButtonElement | null): Promise<void> {
    // The Enter key leaves no line.
    autosave.typed(editor.fields, true);
    autosave.keep();
    await ready();
    const status = pressed?.value === 'draft' || pressed?.value === 'published' ? pressed.value : undefined;
    if (!(await (status ? autosave.begin() : autosave.settle()))) return autosave.failed();
    if (status) {
      const answer = await asked(status).catch(() => undefined);
      if (!answer) return autosave.failed();
      const { reply, sent } = answer;
      if (reply.outcome === 'saved') {
        editor.setHidden('status', status);
        if (autosave.asked(status, reply, sent)) location.assign(reply.location);
        return;
      }
    }
    // A page that says what is wrong, and everything else that the form can do.
    autosave.keep();
    autosave.stop();
    // While the form's event lasts, the browser ignores it; and where there was nothing to wait for, it lasts until here.
    await eventOver();
    isReady = true;
    form.requestSubmit(pressed);
  }
}

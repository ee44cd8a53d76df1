import type { Autosave } from './autosave.ts';
import type { EditorForm } from './editor-form.ts';
import type { Reply } from './reply.ts';

/**
 * Buttons of the form do what they do without a script, but not before the last answer is there, whose version they need. What they
 * saved is not kept any longer; when there is no connection, nothing happens but that the line says so.
 * @param ready resolves when the text has what it waits for
 */
export function submitting(editor: EditorForm, autosave: Autosave, ready: () => Promise<void>): void {
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
  async function asked(what: string): Promise<Reply> {
    const reply = await editor.ask(what);
    if (reply.outcome !== 'stale') return reply;
    editor.setHidden('csrf', reply.csrf);
    return editor.ask(what);
  }

  async function send(pressed: HTMLButtonElement | null): Promise<void> {
    autosave.keep();
    await ready();
    if (!(await autosave.settle())) return autosave.failed();
    if (pressed?.value === 'draft' || pressed?.value === 'published') {
      const reply = await asked(pressed.value).catch(() => undefined);
      if (!reply) return autosave.failed();
      if (reply.outcome === 'saved') {
        autosave.end();
        location.assign(reply.location);
        return;
      }
    }
    // A page that says what is wrong, and everything else that the form can do.
    autosave.keep();
    autosave.stop();
    isReady = true;
    form.requestSubmit(pressed);
  }
}

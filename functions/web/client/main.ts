import { Autosave } from './autosave.ts';
import { Copies, type Copy } from './copies.ts';
import { cover } from './cover.ts';
import { Draft } from './draft.ts';
import { EditorForm } from './editor-form.ts';
import { element } from './element.ts';
import { blank, sameText } from './fields.ts';
import { leaving, savingBeforeLeaving } from './leaving.ts';
import { livePreview } from './live-preview.ts';
import { type Choice, offer } from './offers.ts';
import { StatusLine } from './status-line.ts';
import { submitting } from './submitting.ts';
import { newTabId, openTab, type Tab } from './tab.ts';
import { toolbar } from './toolbar.ts';
import { markUnsaved } from './unsaved-mark.ts';
import { Uploads } from './uploads.ts';
import { words } from './words.ts';

/** Adds to the editor what takes a script; without it, the form works as it is. */
async function start(form: HTMLFormElement): Promise<void> {
  const editor = new EditorForm(form);
  const tab = await openTab();
  const copies = new Copies(storage(), editor.account, markUnsaved);
  const { draft, offered } = await begin(editor, copies, tab);
  const line = new StatusLine(form.dataset.autosaves !== undefined);
  const length = element('span');
  form.querySelector('.bar')?.append(element('p', { class: 'state muted' }, line.element, length));
  const autosave = new Autosave({
    draft,
    copies,
    tab: tab.id,
    send: (save) => editor.save(save),
    renew: (csrf) => editor.setHidden('csrf', csrf),
    replace: (fields) => editor.show(fields),
    moved: ({ base }) => editor.isAt(base),
    changed: (state, savedAt) => line.show(state, savedAt, draft.alert),
    now: Date.now,
    later(work, ms) {
      const timer = setTimeout(work, ms);
      return () => clearTimeout(timer);
    },
  });
  const leave = listen(editor, autosave);
  const uploads = new Uploads(editor, () => autosave.hold());
  submitting(editor, autosave, () => uploads.finished());
  toolbar(
    editor.text,
    () => uploads.choose(),
    () => {
      leave();
      void autosave.flush();
    },
  );
  const out = document.querySelector<HTMLFormElement>('form[action="/blog/logout"]');
  if (out)
    savingBeforeLeaving(out, () => {
      leave();
      // The answer depends on whether there is a copy.
      autosave.keep();
      return autosave.flush();
    });
  counting(editor, length);
  cover(editor);
  livePreview(editor);
  const choice: Choice = {
    restore(copy) {
      const replaced = autosave.restore(copy, newTabId());
      editor.setHidden('key', draft.key);
      if (replaced) offer(form, [replaced], choice);
    },
    discard: (copy) => copies.remove(copy.base.id, copy.tab),
  };
  offer(form, offered, choice);
  if (draft.unsaved) autosave.resume();
}

/** What the form holds: what is stored; or what came back with it, where this tab knows what that was made from. */
async function begin(editor: EditorForm, copies: Copies, tab: Tab): Promise<{ draft: Draft; offered: Copy[] }> {
  const { form, fields, version: base } = editor;
  const left = copies.of(base.id, Date.now());
  const key = editor.hidden('key');
  const autosaves = form.dataset.autosaves !== undefined;
  if (form.dataset.fresh !== undefined) {
    const open = await tab.open();
    const others = left.filter((copy) => copy.tab === tab.id || !open.has(copy.tab));
    const known = others.filter((copy) => !copy.pending && sameText(copy.fields, base.fields));
    for (const copy of known) copies.remove(copy.base.id, copy.tab);
    return {
      // Something may have been typed meanwhile.
      draft: new Draft({ base, key, fields: editor.fields }, autosaves),
      offered: others
        .filter((copy) => !known.includes(copy))
        .map((copy) => (copy.tab === tab.id ? copies.move(copy, newTabId()) : copy)),
    };
  }
  const own = left.find((copy) => copy.tab === tab.id);
  // The version that was shown beside it is not what it was made from: a copy goes on saying so.
  if (own) return { draft: new Draft({ ...own, fields }, autosaves && own.base.etag === base.etag), offered: [] };
  return { draft: new Draft({ base: { ...base, fields: blank }, key, fields }, false), offered: [] };
}

/** @returns what counts the lines as left, as leaving one does */
function listen(editor: EditorForm, autosave: Autosave): () => void {
  const { form } = editor;
  const leave = () => autosave.typed(editor.fields, true);
  form.addEventListener('change', leave);
  form.addEventListener('input', () => autosave.typed(editor.fields, false));
  for (const event of ['online', 'focus']) addEventListener(event, () => autosave.wake());
  addEventListener('pagehide', () => autosave.keep());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') autosave.keep();
    else autosave.wake();
  });
  return leave;
}

const countMs = 300;

/** Says how long the text is. */
function counting({ text }: EditorForm, length: HTMLElement): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const count = () => {
    length.textContent = words.lengthOf(text.value);
  };
  text.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(count, countMs);
  });
  count();
}

/** Nothing is kept where the browser refuses to. */
function storage(): Storage {
  try {
    return localStorage;
  } catch {
    return {
      length: 0,
      key: () => null,
      getItem: () => null,
      setItem: () => {
        throw new Error('no storage');
      },
    } as unknown as Storage;
  }
}

const form = document.querySelector<HTMLFormElement>('form.writing');
if (form) void start(form);
const asked = document.querySelector<HTMLFormElement>('form.leaving');
if (asked) leaving(asked, storage());

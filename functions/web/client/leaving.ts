import { Copies, countAll, removeAll, type Store } from './copies.ts';
import { element, timeText } from './element.ts';
import { words } from './words.ts';

/** The page that asks somebody who has logged out: says which texts would go, and takes them away when that is wanted. */
export function leaving(form: HTMLFormElement, store: Store): void {
  const count = countAll(store);
  // They went otherwise, as when the browser was cleaned.
  if (count === 0) {
    form.submit();
    return;
  }
  const own = new Copies(store, form.dataset.account ?? '').all(Date.now());
  const line = (text: string, ...more: Node[]) => element('li', { dir: 'auto' }, text, ...more);
  const lines = own.map(({ base, fields, time }) =>
    line('', element('a', { href: base.action }, words.unsavedText(timeText(time), fields.title.trim()))),
  );
  if (count > own.length) lines.push(line(words.ofOthers));
  form.before(element('ul', { class: 'unsaved' }, ...lines));
  // Where there is no https, the answer's Clear-Site-Data does nothing.
  form.addEventListener('submit', () => removeAll(store));
}

const patienceMs = 3_000;

/** Whoever logs out on the editor's page has what can be saved saved before. */
export function savingBeforeLeaving(out: HTMLFormElement, save: () => Promise<void>): void {
  out.addEventListener('submit', (event) => {
    event.preventDefault();
    const late = new Promise<void>((done) => setTimeout(done, patienceMs));
    void Promise.race([save(), late]).finally(() => out.submit());
  });
}

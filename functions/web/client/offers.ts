import type { Copy } from './copies.ts';
import { button, element, timeText } from './element.ts';
import { words } from './words.ts';

export interface Choice {
  restore: (copy: Copy) => void;
  discard: (copy: Copy) => void;
}

/** Offers what earlier tabs have left behind, above the form. */
export function offer(form: HTMLElement, copies: readonly Copy[], { restore, discard }: Choice): void {
  for (const copy of copies) {
    const title = copy.fields.title.trim();
    const box = element('section', { class: 'notice offer', role: 'alert' });
    const chosen = (choice: (copy: Copy) => void) => () => {
      box.remove();
      choice(copy);
    };
    const buttons = element(
      'p',
      { class: 'actions' },
      button(words.restore, chosen(restore), { class: 'button' }),
      button(words.discard, chosen(discard)),
    );
    box.append(element('p', { dir: 'auto' }, words.unsavedText(timeText(copy.time), title)), buttons);
    form.before(box);
  }
}

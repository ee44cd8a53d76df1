import type { State } from './autosave.ts';
import { element, timeText } from './element.ts';
import { words } from './words.ts';

/** A save that is answered sooner is not spoken of, ms. */
const patienceMs = 1_000;

/** Says where the text stands. Screen readers hear of it when it changes: with the same words nothing is said again. */
export class StatusLine {
  readonly element: HTMLElement = element('span', { role: 'status' });
  readonly #isDraft: boolean;
  readonly #logIn = element('a', { href: '/blog/login', target: '_blank' }, words.logIn);
  /** Sends the form as its button does, and so shows the page with both texts. */
  readonly #compare = element(
    'button',
    { class: 'button quiet', name: 'action', value: 'draft', formnovalidate: '' },
    words.compare,
  );
  #patience: ReturnType<typeof setTimeout> | undefined;

  #isPressed = false;
  #waiting = () => {};

  constructor(isDraft: boolean) {
    this.#isDraft = isDraft;
    addEventListener('pointerdown', () => (this.#isPressed = true), true);
    for (const event of ['pointerup', 'pointercancel'])
      addEventListener(
        event,
        () => {
          this.#isPressed = false;
          setTimeout(() => this.#waiting());
        },
        true,
      );
  }

  /** Not while a button is pressed: leaving a field saves it, and the button might move away from below the pointer. */
  show(...what: [state: State, savedAt: number, alert: string]): void {
    this.#waiting = () => {
      this.#waiting = () => {};
      this.#show(...what);
    };
    if (!this.#isPressed) this.#waiting();
  }

  #show(state: State, savedAt: number, alert: string): void {
    clearTimeout(this.#patience);
    this.element.classList.toggle('unsaved', state !== 'saved' && state !== 'nothing');
    if (state === 'saving') this.#patience = setTimeout(() => this.#say(words.saving), patienceMs);
    else if (state === 'logged-out') this.#say(words.loggedOut, this.#logIn);
    else if (state === 'conflict') this.#say(words.conflict, this.#compare);
    else if (state === 'refused') this.#say(words.refused(alert));
    else if (state === 'saved' || (state === 'typing' && savedAt)) this.#say(words.saved(timeText(savedAt)));
    else this.#say(this.#texts[state]);
  }

  get #texts(): Readonly<Record<Exclude<State, 'saving' | 'logged-out' | 'conflict' | 'refused' | 'saved'>, string>> {
    return {
      nothing: '',
      typing: words.typing,
      local: this.#isDraft ? words.untilComplete : words.untilSaved,
      offline: words.offline,
      unsent: words.unsent,
      unkept: words.unkept,
      published: words.published,
      gone: words.gone,
      'other-account': words.otherAccount,
    };
  }

  #say(text: string, ...more: Node[]): void {
    if (this.element.firstChild?.textContent === text && this.element.childNodes.length === 1 + more.length) return;
    this.element.replaceChildren(text, ...more);
  }
}

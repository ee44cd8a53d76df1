import type { State } from './autosave.ts';
import { element, timeText } from './element.ts';

/** A save that is answered sooner is not spoken of, ms. */
const patienceMs = 1_000;

/** Says where the text stands. Screen readers hear of it when it changes: with the same words nothing is said again. */
export class StatusLine {
  readonly element: HTMLElement = element('span', { role: 'status' });
  readonly #isDraft: boolean;
  readonly #logIn = element('a', { href: '/blog/login', target: '_blank' }, 'Log in');
  /** Sends the form as its button does, and so shows the page with both texts. */
  readonly #compare = element(
    'button',
    { class: 'button quiet', name: 'action', value: 'draft', formnovalidate: '' },
    'Compare',
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
    if (state === 'saving') this.#patience = setTimeout(() => this.#say('Saving …'), patienceMs);
    else if (state === 'logged-out') this.#say('You are logged out: kept in this browser. ', this.#logIn);
    else if (state === 'conflict')
      this.#say('Changed at the same place by somebody else: kept in this browser. ', this.#compare);
    else if (state === 'refused') this.#say(`Not saved. ${alert}`);
    else if (state === 'saved' || (state === 'typing' && savedAt)) this.#say(`Saved ${timeText(savedAt)}`);
    else this.#say(this.#texts[state]);
  }

  get #texts(): Readonly<Record<Exclude<State, 'saving' | 'logged-out' | 'conflict' | 'refused' | 'saved'>, string>> {
    return {
      nothing: '',
      typing: 'Kept in this browser',
      local: this.#isDraft
        ? 'Kept in this browser; saved once it has a title and a text'
        : 'Kept in this browser until you save it',
      offline: 'No connection: kept in this browser, and saved later',
      unsent: 'No connection: kept in this browser. Try again in a moment',
      unkept: 'This browser keeps no copy: save it yourself',
      published: 'Published meanwhile: from now on kept in this browser until you save it',
      gone: 'Deleted meanwhile: kept in this browser. “Save draft” makes a new post of it',
      'other-account': 'Somebody else has logged in: kept in this browser, for you',
    };
  }

  #say(text: string, ...more: Node[]): void {
    if (this.element.firstChild?.textContent === text && this.element.childNodes.length === 1 + more.length) return;
    this.element.replaceChildren(text, ...more);
  }
}

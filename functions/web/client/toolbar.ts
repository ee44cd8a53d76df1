import { button, element } from './element.ts';
import { type Format, format } from './format.ts';
import { replaceText } from './replace-text.ts';
import { words } from './words.ts';

const apple = /Mac|iPhone|iPad/.test(navigator.platform);

/** Pressed with Ctrl, or ⌘. */
const keys: Readonly<Partial<Record<Format, string>>> = { bold: 'b', italic: 'i', link: 'k' };

/** Buttons above the text, and their keys. @param choosePictures opens the browser's dialogue for files */
export function toolbar(text: HTMLTextAreaElement, choosePictures: () => void, save: () => void): void {
  const apply = (kind: Format) => {
    text.focus();
    const { from, to, insert, select } = format(kind, text.value, text.selectionStart, text.selectionEnd);
    replaceText(text, from, to, insert);
    text.setSelectionRange(...select);
  };
  const kinds = Object.keys(words.tools) as Format[];
  const buttons = kinds.map((kind) => {
    const { label, sign } = words.tools[kind];
    const key = keys[kind];
    const title = key ? `${label} (${apple ? '⌘' : 'Ctrl+'}${key.toUpperCase()})` : label;
    const shortcut = key ? { 'aria-keyshortcuts': `${apple ? 'Meta' : 'Control'}+${key.toUpperCase()}` } : {};
    return button(sign, () => apply(kind), {
      class: `button quiet tool ${kind}`,
      title,
      'aria-label': label,
      ...shortcut,
    });
  });
  const picture = button(words.picture, choosePictures, {
    class: 'button quiet tool',
    title: words.pictureHint,
  });
  text.before(element('div', { class: 'toolbar', role: 'group', 'aria-label': words.format }, ...buttons, picture));

  addEventListener('keydown', (event) => {
    if (!(apple ? event.metaKey : event.ctrlKey) || event.altKey || event.shiftKey) return;
    const key = event.key.toLowerCase();
    const kind = kinds.find((each) => keys[each] === key);
    if (key !== 's' && (!kind || event.target !== text)) return;
    event.preventDefault();
    if (kind && key !== 's') apply(kind);
    else save();
  });
}

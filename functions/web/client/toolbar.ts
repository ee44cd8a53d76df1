import { button, element } from './element.ts';
import { type Format, format } from './format.ts';
import { replaceText } from './replace-text.ts';

const apple = /Mac|iPhone|iPad/.test(navigator.platform);

interface Tool {
  label: string;
  sign: string;
  key?: string;
}

const tools: Readonly<Record<Format, Tool>> = {
  bold: { label: 'Bold', sign: 'B', key: 'b' },
  italic: { label: 'Italic', sign: 'I', key: 'i' },
  link: { label: 'Link', sign: 'Link', key: 'k' },
  heading: { label: 'Heading', sign: 'H' },
  list: { label: 'List', sign: 'List' },
  quote: { label: 'Quote', sign: 'Quote' },
  code: { label: 'Code', sign: 'Code' },
};

/** Buttons above the text, and their keys. @param choosePictures opens the browser's dialogue for files */
export function toolbar(text: HTMLTextAreaElement, choosePictures: () => void, save: () => void): void {
  const apply = (kind: Format) => {
    text.focus();
    const { from, to, insert, select } = format(kind, text.value, text.selectionStart, text.selectionEnd);
    replaceText(text, from, to, insert);
    text.setSelectionRange(...select);
  };
  const kinds = Object.keys(tools) as Format[];
  const buttons = kinds.map((kind) => {
    const { label, sign, key } = tools[kind];
    const title = key ? `${label} (${apple ? '⌘' : 'Ctrl+'}${key.toUpperCase()})` : label;
    const shortcut = key ? { 'aria-keyshortcuts': `${apple ? 'Meta' : 'Control'}+${key.toUpperCase()}` } : {};
    return button(sign, () => apply(kind), {
      class: `button quiet tool ${kind}`,
      title,
      'aria-label': label,
      ...shortcut,
    });
  });
  const picture = button('Picture', choosePictures, {
    class: 'button quiet tool',
    title: 'Picture; or paste it, or drop it into the text',
  });
  text.before(element('div', { class: 'toolbar', role: 'group', 'aria-label': 'Format' }, ...buttons, picture));

  addEventListener('keydown', (event) => {
    if (!(apple ? event.metaKey : event.ctrlKey) || event.altKey || event.shiftKey) return;
    const key = event.key.toLowerCase();
    const kind = kinds.find((each) => tools[each].key === key);
    if (key !== 's' && (!kind || event.target !== text)) return;
    event.preventDefault();
    if (kind && key !== 's') apply(kind);
    else save();
  });
}

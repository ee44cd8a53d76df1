import type { EditorForm } from './editor-form.ts';
import { element } from './element.ts';
import type { Previewed } from './reply.ts';
import { words } from './words.ts';

const quietMs = 400;

/** Shows beside the text, where there is room for it, what its page will show: the server renders both. */
export function livePreview(editor: EditorForm): void {
  const wide = matchMedia('(min-width: 1200px)');
  const box = element('section', { class: 'live-preview', 'aria-label': words.preview, tabindex: '0' });
  // Its headings have ids, which are not to be mistaken for those of the form.
  const inside = box.attachShadow({ mode: 'open' });
  const title = element('h1', { class: 'preview-title', dir: 'auto', hidden: '' });
  const article = element('div');
  const sheets = element('div');
  const own = document.querySelectorAll<HTMLLinkElement>('head link[rel="stylesheet"]');
  inside.append(...Array.from(own, ({ href }) => sheet(href)), sheets, title, article);
  editor.form.after(box);

  let shown = '';
  let isBusy = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const plan = (ms = quietMs) => {
    clearTimeout(timer);
    if (wide.matches && !isBusy) timer = setTimeout(() => void refresh(), ms);
  };

  async function refresh(): Promise<void> {
    const { fields } = editor;
    const wanted = `${fields.title}\n${fields.content}`;
    if (wanted === shown) return;
    isBusy = true;
    const began = performance.now();
    const preview = await editor.ask<Previewed>('preview').catch(() => undefined);
    isBusy = false;
    if (preview?.outcome === 'preview') {
      shown = wanted;
      title.textContent = fields.title;
      title.hidden = fields.title.trim() === '';
      sheets.replaceChildren(...preview.sheets.map(sheet));
      article.innerHTML = preview.html;
      align();
    }
    // What takes the server long is asked for less often.
    const { title: now, content } = editor.fields;
    if (`${now}\n${content}` !== wanted) plan(Math.max(quietMs, 3 * (performance.now() - began)));
  }

  /** The same part of both is in sight. */
  function align(): void {
    const { scrollTop, scrollHeight, clientHeight } = editor.text;
    const share = scrollHeight > clientHeight ? scrollTop / (scrollHeight - clientHeight) : undefined;
    if (share !== undefined) box.scrollTop = share * (box.scrollHeight - box.clientHeight);
  }

  editor.form.addEventListener('input', () => plan());
  editor.text.addEventListener('scroll', align, { passive: true });
  wide.addEventListener('change', () => plan(0));
  plan(0);
}

const sheet = (href: string): HTMLLinkElement => element('link', { rel: 'stylesheet', href });

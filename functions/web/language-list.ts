import { type Html, markup } from './html.ts';

/** Proposals; every other tag can be typed. */
const languages = ['de', 'en', 'en-US', 'es', 'fr', 'it', 'ja', 'ko', 'nl', 'pl', 'pt-BR', 'tr', 'uk', 'zh-Hans'];

/** What a field for a language tag offers: `list="languages"`. */
export const languageList: Html = markup`<datalist id="languages">${languages.map((tag) => markup`<option value="${tag}"></option>`)}</datalist>`;

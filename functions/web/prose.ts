import { canonicalLanguage } from '@dormouse/runtime/language-tag';
import { type Html, markup, trusted } from './html.ts';
import { langAttribute } from './language.ts';

/** An article as its page shows it; previews are the same, to the byte. @param lang its attribute @param article sanitised */
export const prose = (lang: Html, article: string): Html => markup`<div class="prose e-content"${lang} dir="auto">
${trusted(article)}
</div>`;

/** The language of what somebody is writing: that which they have named, else what its script tells. */
export const writtenLanguage = (writing: { title: string; content: string; lang?: string | null | undefined }): Html =>
  langAttribute(`${writing.title}\n${writing.content}`, canonicalLanguage(writing.lang ?? ''));

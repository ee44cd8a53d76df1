import { markup } from './html.ts';

/** The content of a post, rendered. */
export interface Article {
  /** Sanitised. */
  html: string;
  /** False when there was not enough time for all of it: worth another try, not to be kept for long. */
  complete: boolean;
}

/** A text as it was written, for what cannot be laid out. */
export const asWritten = (text: string): string =>
  `${markup`<p class="notice">This text is too intricate to be laid out. It stands here as it was written.</p>
<pre class="as-written" tabindex="0">${text}</pre>
`}`;

import { html } from 'hono/html';
import type { Markup } from './layout.ts';

export interface Chart {
  title: string;
  /** Oldest first; a hole is `undefined`. */
  values: readonly (number | undefined)[];
  /** Formats a value. */
  say: (value: number) => string;
  /** The drawn time range, in words. */
  time: string;
  bad?: boolean;
}

const [width, height] = [240, 48];

/** A small bar chart, with its latest and highest value as text for accessibility. */
export function chart({ title, values, say, time, bad = false }: Chart): Markup {
  const highest = Math.max(0, ...values.map((each) => each ?? 0));
  const wide = width / Math.max(1, values.length);
  const bars = values.map((value, i) => {
    const tall = highest > 0 && value ? Math.max(1.5, (value / highest) * height) : 0;
    return (
      tall > 0 &&
      html`<rect x="${(i * wide).toFixed(2)}" y="${(height - tall).toFixed(2)}" width="${(wide * 0.8).toFixed(2)}" height="${tall.toFixed(2)}" rx="0.8"/>`
    );
  });
  const latest = values.findLast((each) => each !== undefined);
  return html`<figure class="chart${bad && ' bad'}"><figcaption><span>${title}</span> <b>${latest === undefined ? '–' : say(latest)}</b></figcaption>
<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label="${title}: at most ${say(highest)}">${bars}</svg>
<span class="quiet">at most ${say(highest)} in ${time}</span></figure>`;
}

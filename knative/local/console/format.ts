import { html } from 'hono/html';

/** Formats a duration: `0.4 ms`, `87 ms`, `1.24 s`. */
export function duration(ms: number): string {
  if (ms < 10) return `${ms.toFixed(ms < 1 ? 2 : 1)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${Number((ms / 1_000).toFixed(2))} s` : `${Math.round(ms / 60_000)} min`;
}

/** A time of this machine's day, to the millisecond; the date in front when it is another day. */
export function clockTime(ms: number) {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return html`–`;
  const two = (value: number) => String(value).padStart(2, '0');
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
  const day =
    date.toDateString() === new Date().toDateString()
      ? ''
      : `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} `;
  return html`<time datetime="${date.toISOString()}">${day}${time}</time>`;
}

export const count = (value: number, one: string, many = `${one}s`) =>
  `${value.toLocaleString('en')} ${value === 1 ? one : many}`;

/** Where an event is shown: an id is unique for its source only. */
export const eventPath = ({ id, source }: { id: string; source: string }) =>
  `/events/${encodeURIComponent(id)}?source=${encodeURIComponent(source)}`;

/** A reverse-DNS event type with its well-known beginning made quiet: `dev.dormouse.` post.created `.v1`. */
export function eventType(type: string) {
  const found = /^((?:[a-z0-9-]+\.){2})(.+?)(\.v\d+)?$/.exec(type);
  return found
    ? html`<span class="quiet">${found[1]}</span>${found[2]}<span class="quiet">${found[3]}</span>`
    : html`${type}`;
}

/** A part of a whole: `0.4 %`, `12 %`. */
export const share = (part: number): string =>
  `${(part * 100).toLocaleString('en', { maximumFractionDigits: part < 0.1 ? 1 : 0 })} %`;

/** How often a second, or a minute when it is seldom: `12.5/s`, `0.2/min`. */
export function frequency(perSecond: number): string {
  const seldom = perSecond < 0.1;
  const digits = seldom ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 2 };
  return perSecond === 0
    ? '0'
    : `${(seldom ? perSecond * 60 : perSecond).toLocaleString('en', digits)}/${seldom ? 'min' : 's'}`;
}

/** Formats a size: `48 MB`. */
export const bytes = (size: number): string =>
  size < 1e6 ? `${Math.round(size / 1e3)} kB` : `${Math.round(size / 1e6)} MB`;

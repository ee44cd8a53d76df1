import type { Words } from './words-en.ts';

/** Of programs that name several, the first one counts: every browser also claims to be its ancestors. */
const programs = [
  ['Edge', /\bEdg/],
  ['Opera', /\bOPR\//],
  ['Firefox', /\b(Firefox|FxiOS)\//],
  ['Chrome', /\b(Chrome|CriOS|Chromium)\//],
  ['Safari', /\bSafari\//],
  ['curl', /^curl\//],
] as const;
const systems = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['Linux', /\bLinux\b/],
] as const;

/** A User-Agent as people know it, "Firefox on Linux": only to recognise one's own. */
export function agentName(agent: string | null, { account }: Words): string {
  const find = (known: typeof programs | typeof systems) => known.find(([, mark]) => mark.test(agent ?? ''))?.[0];
  return account.agent(find(programs), find(systems));
}

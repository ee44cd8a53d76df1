/** Colours in one style sheet, so that its address stays short. */
const perSheet = 60;

/** Class of a colour: `c-3b82f6`. */
export const colorClass = (color: string): string => `c-${hexOf(color)}`;

/**
 * Addresses of the style sheets that define the colours of these categories and pictures. An address is the sorted list of its colours, so that
 * it can be kept for ever and any instance can answer it without knowing them.
 */
export function colorSheets(colored: Iterable<{ color: string }>): string[] {
  const colors = [...new Set(Array.from(colored, ({ color }) => hexOf(color)))].sort();
  const sheets: string[] = [];
  for (let start = 0; start < colors.length; start += perSheet)
    sheets.push(`/assets/colors/${colors.slice(start, start + perSheet).join('-')}.css`);
  return sheets;
}

/** The style sheet `name` (`3b82f6-a1b2c3.css`); undefined when it is not the name of one. */
export function colorSheet(name: string): string | undefined {
  if (!/^[0-9a-f]{6}(-[0-9a-f]{6}){0,59}\.css$/.test(name)) return undefined;
  return name
    .slice(0, -4)
    .split('-')
    .map((hex) => `.c-${hex}{--color:#${hex}}`)
    .join('\n');
}

const hexOf = (color: string): string => (/^#[0-9a-f]{6}$/i.test(color) ? color.slice(1).toLowerCase() : '777777');

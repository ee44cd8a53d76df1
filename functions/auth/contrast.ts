/** What text is put on in each theme of the pages (functions/web/palettes.ts), and what is put on a button of the accent colour. */
export const themes = {
  light: { grounds: ['#fcfaf6', '#ffffff', '#f4efe6'], onAccent: '#ffffff', towards: '#000000' },
  dark: { grounds: ['#15120f', '#1e1a16', '#211c17'], onAccent: '#24150a', towards: '#ffffff' },
} as const;

export type Theme = keyof typeof themes;

/** WCAG 2.2, 1.4.3: contrast of text. */
export const minContrast = 4.5;

/** The lowest contrast that a colour (`#rrggbb`) has as text, and under the text of a button, in a theme. */
export const lowestContrast = (color: string, theme: Theme): number =>
  Math.min(...[...themes[theme].grounds, themes[theme].onAccent].map((other) => contrast(color, other)));

/** The colour itself where it can be read in a theme, else the nearest one towards black or white that can. */
export function legible(color: string, theme: Theme): string {
  for (let share = 0; share < 1; share += 0.02) {
    const mixed = mix(color, themes[theme].towards, share);
    if (lowestContrast(mixed, theme) >= minContrast) return mixed;
  }
  return themes[theme].towards;
}

/** WCAG 2.2 contrast ratio of two colours (`#rrggbb`), 1 to 21. */
export function contrast(one: string, other: string): number {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(color: string): number {
  const [red, green, blue] = channels(color).map((value) =>
    value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
  ) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const channels = (color: string): number[] => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));

/** A colour with a share of another one, channel by channel. */
function mix(color: string, other: string, share: number): string {
  const others = channels(other);
  const mixed = channels(color).map((value, index) =>
    Math.round(value * (1 - share) + (others[index] as number) * share),
  );
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

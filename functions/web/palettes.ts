/** Colours of text, and what it stands on, in light and in dark surroundings. */
const usual = {
  paper: ['#fcfaf6', '#15120f'],
  raised: ['#ffffff', '#1e1a16'],
  sunken: ['#f4efe6', '#211c17'],
  ink: ['#211c16', '#ebe4d9'],
  soft: ['#6a6056', '#a99e90'],
  line: ['#e5ddd0', '#352e27'],
  'strong-line': ['#8f8476', '#857a6d'],
  'on-accent': ['#ffffff', '#24150a'],
  mark: ['#ffe9a8', '#5c4a12'],
  bad: ['#a9271c', '#ff9d91'],
  'bad-paper': ['#fdecea', '#3a1a16'],
  'callout-note': ['#1f56a6', '#8fbcff'],
  'callout-tip': ['#2f6b2f', '#9fd08f'],
  'callout-important': ['#6a3fa0', '#c9a8f5'],
  'callout-warning': ['#8a5a00', '#f0c36a'],
  'callout-caution': ['#a9271c', '#ff9d91'],
  focus: ['#1a66c9', '#7db4ff'],
  'syntax-comment': ['#716759', '#978b7c'],
  'syntax-keyword': ['#9a2f6b', '#f29ac6'],
  'syntax-string': ['#2f6b2f', '#9fd08f'],
  'syntax-number': ['#9a4a00', '#f0ae6a'],
  'syntax-title': ['#1f56a6', '#8fbcff'],
  'syntax-type': ['#6a3fa0', '#c9a8f5'],
} as const satisfies Record<string, readonly [light: string, dark: string]>;

export type Token = keyof typeof usual;
type Palette = Readonly<Record<Token, readonly [light: string, dark?: string]>>;

/** As an old book; light whatever the surroundings are. */
const sepia: Palette = {
  paper: ['#f4ecd8'],
  raised: ['#faf5e8'],
  sunken: ['#ebe1c8'],
  ink: ['#2f2416'],
  soft: ['#5d4f3c'],
  line: ['#dccfb2'],
  'strong-line': ['#857554'],
  'on-accent': ['#ffffff'],
  mark: ['#f7d774'],
  bad: ['#98231a'],
  'bad-paper': ['#f8dfd6'],
  'callout-note': ['#1c4d94'],
  'callout-tip': ['#2a5f2a'],
  'callout-important': ['#5c3590'],
  'callout-warning': ['#744a00'],
  'callout-caution': ['#98231a'],
  focus: ['#1558b0'],
  'syntax-comment': ['#635740'],
  'syntax-keyword': ['#862459'],
  'syntax-string': ['#2a5f2a'],
  'syntax-number': ['#833d00'],
  'syntax-title': ['#1c4d94'],
  'syntax-type': ['#5c3590'],
};

/** Text at 7 : 1 at least (WCAG 2.2, 1.4.6), lines that everybody sees. */
const contrast: Palette = {
  paper: ['#ffffff', '#000000'],
  raised: ['#ffffff', '#000000'],
  sunken: ['#f2f2f2', '#141414'],
  ink: ['#000000', '#ffffff'],
  soft: ['#2b2b2b', '#dedede'],
  line: ['#767676', '#8c8c8c'],
  'strong-line': ['#000000', '#ffffff'],
  'on-accent': ['#ffffff', '#000000'],
  mark: ['#ffe14d', '#5a4500'],
  bad: ['#8b0000', '#ffb3a9'],
  'bad-paper': ['#ffecec', '#3a0d08'],
  'callout-note': ['#00327d', '#b5d3ff'],
  'callout-tip': ['#0b4a0b', '#b9eba9'],
  'callout-important': ['#45127d', '#dfc6ff'],
  'callout-warning': ['#573500', '#ffdb8f'],
  'callout-caution': ['#8b0000', '#ffb3a9'],
  focus: ['#0037b3', '#8fc1ff'],
  'syntax-comment': ['#3d3d3d', '#c7c7c7'],
  'syntax-keyword': ['#6d0045', '#ffb3d9'],
  'syntax-string': ['#0b4a0b', '#b9eba9'],
  'syntax-number': ['#6a2b00', '#ffcf96'],
  'syntax-title': ['#00327d', '#b5d3ff'],
  'syntax-type': ['#45127d', '#dfc6ff'],
};

/** Shares of black in the blog's accent colour on light paper, and of white in that on dark paper: of links, and of links under the pointer. */
export const accentShares = {
  usual: { accent: [0, 0], 'accent-strong': [25, 30] },
  sepia: { accent: [15, 0], 'accent-strong': [40, 0] },
  contrast: { accent: [45, 45], 'accent-strong': [60, 60] },
} as const;

/** The accent colours of a blog that nobody has set up. */
export const usualAccents = { light: '#8f4a1b', dark: '#e6a56c' } as const;

export const palettes = { usual, sepia, contrast } as const;

/** Declarations of a palette. With one colour each it is light only. */
export function tokens(name: keyof typeof palettes): string {
  const palette: Palette = palettes[name];
  const declare = (token: string, light: string, dark: string | undefined) =>
    `--${token}: ${dark === undefined ? light : `light-dark(${light}, ${dark})`};`;
  const mixed = (color: string, other: string, share: number) =>
    share === 0 ? `var(${color})` : `color-mix(in srgb, var(${color}), ${other} ${share}%)`;
  const darkToo = palette.paper.length === 2;
  return [
    ...Object.entries(palette).map(([token, [light, dark]]) => declare(token, light, dark)),
    ...Object.entries(accentShares[name]).map(([token, [black, white]]) =>
      declare(
        token,
        mixed('--accent-light', 'black', black),
        darkToo ? mixed('--accent-dark', 'white', white) : undefined,
      ),
    ),
  ].join('\n  ');
}

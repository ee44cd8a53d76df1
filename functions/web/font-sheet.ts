import { sansStack, serifStack } from './stylesheet.ts';

/** Scripts that the pair is sent for, as @fontsource-variable divides it, with the code points of each file. */
export type UnicodeRanges = Readonly<Record<string, string>>;

/** A file of the pair: variable in weight. */
export interface FontFace {
  /** Name of its file, without hash and ending. */
  name: string;
  /** `@fontsource-variable/…` */
  package: string;
  family: 'Dormouse Serif' | 'Dormouse Sans';
  style: 'normal' | 'italic';
  script: (typeof scripts)[number];
}

/** Others keep to the reader's machine: a script is never drawn half by one font. Where ranges overlap, the last one counts. */
const scripts = ['vietnamese', 'latin-ext', 'latin'] as const;

const faceOf = (cut: 'serif-4' | 'sans-3', style: FontFace['style']) => (script: FontFace['script']) => ({
  name: `${cut.slice(0, -2)}-${style}-${script}`,
  package: `source-${cut}`,
  family: cut === 'serif-4' ? ('Dormouse Serif' as const) : ('Dormouse Sans' as const),
  style,
  script,
});

/** Source Serif for texts and headings, Source Sans for everything else, where slanted letters are rare. */
export const fontFaces: readonly FontFace[] = [
  ...scripts.map(faceOf('serif-4', 'normal')),
  ...scripts.map(faceOf('serif-4', 'italic')),
  ...scripts.map(faceOf('sans-3', 'normal')),
];

/** Those that a page in Latin letters always needs. */
export const preloaded = fontFaces.filter(({ style, script }) => style === 'normal' && script === 'latin');

/**
 * The style sheet that brings the pair. `optional`: what has not come when a page is drawn is for the next page, so that nothing jumps. Source
 * Sans has smaller letters than the machines' fonts; Chinese and Japanese share quotation marks and dashes with Latin, and draw them wider.
 */
export function fontSheet(pathOf: (face: FontFace) => string, rangesOf: (face: FontFace) => UnicodeRanges): string {
  const faces = fontFaces.map(
    (face) => `@font-face {
  font-family: "${face.family}";
  font-style: ${face.style};
  font-weight: 200 900;
  font-display: optional;${face.family === 'Dormouse Sans' ? '\n  size-adjust: 105%;' : ''}
  src: url("${pathOf(face)}") format("woff2");
  unicode-range: ${rangesOf(face)[face.script]};
}`,
  );
  return `${faces.join('\n')}
:root { --sans: "Dormouse Sans", ${sansStack}; --serif: "Dormouse Serif", ${serifStack}; }
:is(:lang(ja), :lang(zh)) { --sans: ${sansStack}; --serif: ${serifStack}; }
`;
}

import sanitizeHtml from 'sanitize-html';
import { withinOwnTime } from './within.ts';

/** A formula in TeX. */
export interface Formula {
  tex: string;
  /** On lines of its own. */
  display: boolean;
}

/** Most of one text; formulas beyond it stay TeX. Characters of all of them, and of the markup that they become. */
const most = { formulas: 1_000, characters: 30_000, markup: 1_000_000 };

/** What Temml makes, and nothing that leads elsewhere, runs or shows other markup. */
const tags =
  'math mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle merror mpadded mphantom menclose msub msup msubsup munder mover munderover mmultiscripts mprescripts none mtable mtr mtd'.split(
    ' ',
  );
const attributes =
  'display displaystyle scriptlevel mathvariant stretchy symmetric fence separator form lspace rspace minsize maxsize movablelimits largeop accent accentunder linethickness width height depth voffset mathcolor mathbackground columnalign rowalign columnspacing rowspacing columnlines rowlines frame columnspan rowspan notation'.split(
    ' ',
  );

/** Definitions are not taken: a few of them, one in another, make a text of any length. */
const definition =
  /\\(?:[gex]?def|let|futurelet|global|long|(?:re)?newcommand|providecommand|(?:re)?newenvironment|expandafter)(?![a-zA-Z])/;

/**
 * Formulas as MathML, in at most so many milliseconds for all of them together; undefined for what is too much or no TeX. Time in which
 * other work of the machine kept it from running is given back. Temml is loaded by the first one.
 */
export async function mathOf(
  formulas: readonly Formula[],
  maxMs: number,
): Promise<{ mathml: (string | undefined)[]; complete: boolean }> {
  if (formulas.length === 0) return { mathml: [], complete: true };
  const { renderToString } = (await import('temml')).default;
  const made: (string | undefined)[] = [];
  let [characters, markup] = [0, 0];
  const complete = await withinOwnTime(maxMs, async () => () => {
    for (const { tex, display } of formulas.slice(made.length)) {
      const tooMuch = made.length >= most.formulas || characters + tex.length > most.characters || markup > most.markup;
      const found = tooMuch || definition.test(tex) ? undefined : render(renderToString, tex, display);
      made.push(found && safe(found));
      characters += tex.length;
      markup += found?.length ?? 0;
    }
  });
  return { mathml: made, complete };
}

function render(renderToString: typeof import('temml').default.renderToString, tex: string, displayMode: boolean) {
  try {
    return renderToString(tex, { displayMode, throwOnError: true, trust: false, strict: false, maxSize: [20, 100] });
  } catch {
    // What is no TeX is shown as it was written.
    return undefined;
  }
}

const safe = (mathml: string): string =>
  sanitizeHtml(mathml, {
    allowedTags: tags,
    allowedAttributes: { '*': attributes },
    allowedClasses: {},
    disallowedTagsMode: 'discard',
    nonTextTags: ['script', 'style', 'textarea', 'option', 'annotation', 'annotation-xml'],
    nestingLimit: 200,
    parseStyleAttributes: false,
  });

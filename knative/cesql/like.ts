/** In a pattern: any one character. */
const one = -1;
/** In a pattern: any number of characters, including none. */
const some = -2;

/**
 * Compiles a pattern of LIKE: `%` is any run of characters, `_` is one, `\%` and `\_` are themselves. Matching takes at
 * most (characters of the text) × (characters of the pattern) steps and allocates nothing.
 */
export function likePattern(pattern: string): (text: string) => boolean {
  const wanted = signs(pattern);
  return (text) => matches(text, wanted);
}

function signs(pattern: string): Int32Array {
  const found: number[] = [];
  for (let i = 0; i < pattern.length; ) {
    const escaped = pattern[i] === '\\' && (pattern[i + 1] === '%' || pattern[i + 1] === '_');
    if (escaped) i++;
    const point = pattern.codePointAt(i) as number;
    if (!escaped && pattern[i] === '_') found.push(one);
    else if (escaped || pattern[i] !== '%') found.push(point);
    else if (found.at(-1) !== some) found.push(some);
    i += width(point);
  }
  return Int32Array.from(found);
}

/** Backtracks to the last `%` only: it can match whatever an earlier one could. */
function matches(text: string, wanted: Int32Array): boolean {
  let at = 0;
  let sign = 0;
  let run = -1;
  let taken = 0;
  while (at < text.length) {
    const point = text.codePointAt(at) as number;
    const want = wanted[sign];
    if (want === some) {
      run = sign++;
      taken = at;
    } else if (want === one || want === point) {
      at += width(point);
      sign++;
    } else if (run >= 0) {
      taken += width(text.codePointAt(taken) as number);
      at = taken;
      sign = run + 1;
    } else return false;
  }
  while (wanted[sign] === some) sign++;
  return sign === wanted.length;
}

const width = (point: number) => (point > 0xffff ? 2 : 1);

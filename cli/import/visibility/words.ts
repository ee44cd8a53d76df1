/** Values that mean no, in any spelling a head may have. */
const negative = /^(?:false|no|off|n|f|0|none|never|null|nil|nope|~)$/;
const positive = /^(?:true|yes|on|y|t|1|always|x)$/;

/** Values of a field like `visibility` that let everybody in. */
const everybody =
  /^(?:public|publicly|publish|published|everyone|everybody|anyone|all|world|open|visible|listed|default|normal|standard|live|true|yes|on|1)$/;

/** Values of a field like `status` of what stands in the blog, or tells how ripe a text is, and not who may see it. */
const standing =
  /^(?:publish|published|public|posted|live|online|done|final|finali[sz]ed|finished|complete|completed|released|release|active|stable|current|visible|listed|sent|evergreen|seedling|sprout|budding|growing|mature|accepted|ok|true|yes|on|1|e?published\.?)$/;

/** Values that keep readers out, wherever a field that often means something else has them. */
const closed =
  /^(?:private|privately|member|members|members[ -]?only|subscribers?|subscribers[ -]?only|paid|premium|tiers?|friends|friends[ -]?only|team|staff|internal|hidden|hide|restricted|password|password[ -]protected|protected|unlisted|secret|confidential|drafts?|auto-draft|unpublished|pending|scheduled|future|trash|trashed|deleted|logged[ -]?in|login|nobody|only ?me|me|self)$/;

/** A value as one word: without quotes, blanks and case. Undefined for what says nothing or is no word. */
export function wordOf(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  const word = String(value)
    .trim()
    .replace(/^(["'])(.*)\1$/s, '$2')
    .trim()
    .toLowerCase();
  return word === '' ? undefined : word;
}

export const isNegative = (word: string): boolean => negative.test(word);
export const isPositive = (word: string): boolean => positive.test(word);
export const isForEverybody = (word: string): boolean => everybody.test(word);
export const isStanding = (word: string): boolean => standing.test(word);
export const isClosed = (word: string): boolean => closed.test(word);

/** A situation, and which alerts of one name fire in it. */
export interface Case {
  alert: string;
  /** Completes "when …". */
  when: string;
  /** Values a minute by series, in promtool's notation: `0+60x10` counts up by 60 ten times. */
  series: Readonly<Record<string, string>>;
  /** When it is looked: `10m`. */
  at: string;
  /** Labels of what fires, severity among them only where a name has several. */
  fires: readonly Readonly<Record<string, string>>[];
}

export const silent = (alert: string, when: string, at: string, series: Case['series']): Case => ({
  alert,
  when,
  series,
  at,
  fires: [],
});
export const firing = (
  alert: string,
  when: string,
  at: string,
  series: Case['series'],
  ...fires: Case['fires'][number][]
): Case => ({
  alert,
  when,
  series,
  at,
  fires: fires.length > 0 ? fires : [{}],
});

/** A case that fires, and the same one at a moment when it has not lasted long enough. */
export const lasting = (tooSoon: string, firingCase: Case): Case[] => [
  firingCase,
  { ...firingCase, when: `${firingCase.when}, but not for long yet`, at: tooSoon, fires: [] },
];

/** A series' name with labels, as promtool writes it. */
export const named = (name: string, labels: Readonly<Record<string, string>>): string =>
  `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(',')}}`;

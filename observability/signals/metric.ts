export type MetricKind = 'histogram' | 'counter' | 'updowncounter' | 'gauge';

/** A metric that functions give; names by OpenTelemetry's semantic conventions where they have one, else `dormouse.*`. */
export interface Metric<A extends string = string> {
  readonly name: string;
  readonly kind: MetricKind;
  /** UCUM: `s`, `By`, `1`, `{request}`. */
  readonly unit: string;
  readonly description: string;
  /** Attributes by name, with their meaning. Each has few values: never an id, a name or an address of a person. */
  readonly attributes: Readonly<Record<A, string>>;
  /** Upper bounds of a histogram's buckets, in its unit. */
  readonly bounds?: readonly number[];
  /** True of what describes the system, whoever looked: sent without an instance, once for each look. */
  readonly ofSystem?: true;
}

export const metric = <A extends string>(made: Metric<A>): Metric<A> => made;

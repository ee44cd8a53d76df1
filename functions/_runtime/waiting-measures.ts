import type { Exporter } from './exporter.ts';
import type { Measure } from './measurement.ts';

/** Measures that wait for what records them; more are lost. */
const maxMeasures = 10_000;

export interface WaitingMeasures {
  add(measure: Measure): void;
  readonly count: number;
  recordIn(exporter: Pick<Exporter, 'record'>): void;
}

/** @param exporter undefined while it is not loaded. @param dropped is called with the number of lost measures */
export function waitingMeasures(
  exporter: () => Pick<Exporter, 'record'> | undefined,
  dropped: (count: number) => void,
): WaitingMeasures {
  let measures: Measure[] = [];
  let lost = 0;
  return {
    add(measure) {
      const to = exporter();
      if (to) to.record(measure);
      else if (measures.length < maxMeasures) measures.push(measure);
      else lost++;
    },
    get count() {
      return measures.length;
    },
    recordIn(to) {
      const taken = measures;
      measures = [];
      for (const each of taken) to.record(each);
      if (lost > 0) dropped(lost);
      lost = 0;
    },
  };
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { render } from '@dormouse/manifests/kustomize/kustomize';
import { readPlatform } from '@dormouse/manifests/readers/read-platform';
import * as v from 'valibot';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const number = v.pipe(v.number(), v.finite(), v.minValue(0));

const schema = v.strictObject({
  figures: v.record(v.string(), v.strictObject({ value: number, in: v.string(), as: v.string() })),
  assumptions: v.record(v.string(), v.strictObject({ value: number, because: v.string() })),
  load: v.strictObject({
    pagesPerSecond: number,
    apiReadsPerSecond: number,
    createsPerSecond: number,
    loginsPerSecond: number,
  }),
  times: v.array(v.pipe(number, v.minValue(1))),
  prices: v.strictObject({ vcpuHour: number, gibHour: number, gibMonthOfStorage: number, gibOfTraffic: number }),
  hoursOfMonth: number,
});

export type Load = v.InferOutput<typeof schema>['load'];

/** A Service of the overlay. */
export interface Scale {
  min: number;
  max: number;
  usesDatabase: boolean;
}

export interface Inputs extends v.InferOutput<typeof schema> {
  /** By the name of the Service. */
  scales: Readonly<Record<string, Scale>>;
}

/** Where the project's own numbers are. */
export const inputsFile = join(root, 'docs/operations/capacity.yaml');

/** Reads a file of numbers, and the scale of functions with `autoscaling-prod`. @throws Error naming what is wrong */
export function readInputs(file = inputsFile): Inputs {
  const { services } = readPlatform(render(join(import.meta.dirname, 'overlay')));
  const scales = services.map(({ name, container, ...service }): [string, Scale] => [
    name,
    {
      min: service.autoscaling.minScale,
      max: service.autoscaling.maxScale,
      usesDatabase: container.env.some((source) => JSON.stringify(source).includes(`${name}-database`)),
    },
  ]);
  return { ...v.parse(schema, parse(readFileSync(file, 'utf8'))), scales: Object.fromEntries(scales) };
}

import type { Document } from './clause.ts';
import { core, extensions, httpBinding, jsonFormat, webHooks } from './clauses-cloudevents.ts';
import { controlPlane, dataPlane, documented } from './clauses-knative.ts';

/** Every clause, by document. */
export const documents: readonly Document[] = [
  dataPlane,
  controlPlane,
  documented,
  httpBinding,
  core,
  jsonFormat,
  extensions,
  webHooks,
];

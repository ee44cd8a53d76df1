import type { Manifest } from './manifest.ts';

/** One error in objects that have none, and what is said of it. */
export interface Planted {
  /** The object that is changed, or the one that is added. */
  object: string | Manifest;
  /** A field of it, and its new value; undefined removes it. Without a field the object itself is removed. */
  field?: string;
  value?: unknown;
  /** The field that is complained of, when it is another one than that. */
  at?: string;
  /** What is said of that field, or all that is said, each with its field. */
  says: string | readonly string[];
  /** Sound objects that are added. */
  beside?: readonly Manifest[];
  /** The API server rejects it too, by its schema or a webhook. */
  rejected?: boolean;
}

export const posts = 'Service.serving.knative.dev dormouse/posts';
export const auth = 'Service.serving.knative.dev dormouse/auth';
export const web = 'Service.serving.knative.dev dormouse/web';
export const broker = 'Broker.eventing.knative.dev dormouse/default';
export const trigger = 'Trigger.eventing.knative.dev dormouse/posts-category-events';
export const ping = 'PingSource.sources.knative.dev dormouse/relay-tick';
export const routes = 'VirtualService.networking.istio.io dormouse/dormouse';
export const gateway = 'Gateway.networking.istio.io dormouse/dormouse';
export const postgres = 'Deployment.apps dormouse/postgres';
export const container = 'spec.template.spec.containers[0]';
export const annotation = (name: string) => `spec.template.metadata.annotations["${name}"]`;

export const made = (
  apiVersion: string,
  kind: string,
  spec: object,
  name = 'planted',
  namespace = 'dormouse',
): Manifest => ({
  ...{ apiVersion, kind, spec },
  metadata: { name, ...(namespace ? { namespace } : {}) },
});

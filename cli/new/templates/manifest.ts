import type { NewFunction } from '../new-function.ts';

/** `knative/base/NAME.yaml`: what is the function's own. */
export const manifestTemplate = ({ name, consumes, hasTable }: NewFunction): string =>
  `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: ${name}
spec:
  template:
    metadata:
      annotations:
        autoscaling.knative.dev/max-scale: "4"
    spec:
      serviceAccountName: ${name}
      containerConcurrency: 100
      containers:
        - image: dev.local/dormouse/${name}:dev
${
  consumes.length > 0
    ? trigger(
        name,
        consumes.map(({ contract }) => contract.type),
        hasTable,
      )
    : ''
}`;

const trigger = (name: string, types: readonly string[], keepsInbox: boolean) => `---
apiVersion: eventing.knative.dev/v1
kind: Trigger
metadata:
  name: ${name}-events
${keepsInbox ? '' : '  annotations:\n    # Without a table it remembers no event: what the Broker loses on the way to it is not found out.\n    dormouse.dev/inbox: none\n'}spec:
  broker: default
  filters:
    - any:
${types.map((type) => `        - exact:\n            type: ${type}\n`).join('')}  subscriber:
    ref:
      apiVersion: serving.knative.dev/v1
      kind: Service
      name: ${name}
    uri: /events
`;

/** Entries of the VirtualService: reads, which may be tried again, and everything else. */
export function routesTemplate(name: string, path: string): string {
  const entry = (read: boolean) => `    - name: ${name}
      match:
        - uri:
            exact: ${path}
${read ? '          method: *read\n' : ''}        - uri:
            prefix: ${path}/
${read ? '          method: *read\n' : ''}      rewrite: ${read ? `&${name}\n        authority: ${name}.dormouse.svc.cluster.local` : `*${name}`}
      <<: ${read ? '*reading' : '*writing'}
`;
  return entry(true) + entry(false);
}

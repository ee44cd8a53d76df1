import { dataschema, type EventContract } from './contract.ts';

/** Knative's entry for a contract in the event registry (eventing.knative.dev/v1beta2, the stored version), tied to the default Broker. */
export function eventType(contract: EventContract) {
  return {
    apiVersion: 'eventing.knative.dev/v1beta2',
    kind: 'EventType',
    metadata: { name: contract.type },
    spec: {
      type: contract.type,
      source: contract.source,
      schema: dataschema(contract.type),
      description: contract.emitted,
      reference: { apiVersion: 'eventing.knative.dev/v1', kind: 'Broker', name: 'default' },
    },
  };
}

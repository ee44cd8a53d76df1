import type { EventEnvelope } from './cloudevent.ts';
import { dataschema, type EventContract } from './contract.ts';
import { jsonSchema } from './json-schema.ts';

/** `dev.dormouse.post.created.v1` → `post.created.v1`. */
const shortName = (type: string) => type.replace(/^dev\.dormouse\./, '');

/**
 * AsyncAPI 3 document of everything the platform sends: one operation and one message for each contract, all on the Broker's address, in
 * CloudEvents' binary mode. Golden examples become the messages' examples.
 */
export function asyncApi(contracts: readonly EventContract[], examples: readonly EventEnvelope[]) {
  const byName = <V>(value: (contract: EventContract) => V) =>
    Object.fromEntries(contracts.map((contract) => [shortName(contract.type), value(contract)]));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Dormouse events',
      version: '1.0.0',
      description:
        'What the functions of Dormouse tell each other, as CloudEvents through the Knative Broker. Delivered at least once: recognise duplicates by source and id.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      broker: {
        host: 'broker-ingress.knative-eventing.svc.cluster.local',
        protocol: 'http',
        description: 'Ingress of the Knative Broker; functions find it in K_SINK.',
      },
    },
    channels: {
      broker: {
        address: '/dormouse/default',
        description: 'The default Broker: answers 202 once an event is stored; Triggers deliver it to consumers.',
        messages: byName(({ type }) => ({ $ref: `#/components/messages/${shortName(type)}` })),
      },
    },
    operations: byName(({ type, emitted }) => ({
      action: 'send',
      channel: { $ref: '#/channels/broker' },
      summary: emitted,
      bindings: { http: { method: 'POST', bindingVersion: '0.3.0' } },
      messages: [{ $ref: `#/channels/broker/messages/${shortName(type)}` }],
    })),
    components: {
      messages: byName((contract) =>
        message(
          contract,
          examples.filter(({ type }) => type === contract.type),
        ),
      ),
      schemas: byName(payload),
    },
  };
}

function message({ type, source, emitted }: EventContract, examples: readonly EventEnvelope[]) {
  return {
    name: type,
    title: type,
    summary: emitted,
    contentType: 'application/json',
    headers: headers(type, source),
    payload: { $ref: `#/components/schemas/${shortName(type)}` },
    examples: examples.map(({ data }) => ({ payload: data })),
  };
}

/** Attributes of the event in binary mode (CloudEvents HTTP binding, 3.1.3). */
function headers(type: string, source: string) {
  return {
    type: 'object',
    required: [
      'ce-specversion',
      'ce-id',
      'ce-type',
      'ce-source',
      'ce-subject',
      'ce-time',
      'ce-dataschema',
      'ce-partitionkey',
    ],
    properties: {
      'ce-specversion': { const: '1.0' },
      'ce-id': { type: 'string', format: 'uuid', description: 'UUIDv7; unique together with the source.' },
      'ce-type': { const: type },
      'ce-source': { const: source },
      'ce-subject': { type: 'string', description: 'The aggregate, for example post/42.' },
      'ce-time': { type: 'string', format: 'date-time' },
      'ce-dataschema': { const: dataschema(type) },
      'ce-partitionkey': {
        type: 'string',
        description: 'Equals the subject: brokers that know keys keep the order per aggregate.',
      },
      'ce-traceparent': { type: 'string', description: 'W3C trace context in which the event came to be.' },
      'ce-tracestate': { type: 'string' },
    },
  };
}

/** The schema without its own identity, which would turn references inside this document into references to that URL. */
function payload(contract: EventContract) {
  const { $schema: _draft, $id: _identity, ...schema } = jsonSchema(contract);
  return schema;
}

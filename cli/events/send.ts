import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '@dormouse/events/catalogue';
import { toEnvelope } from '@dormouse/events/cloudevent';
import { isLoopbackHost } from '@dormouse/http/loopback-guard';
import { readAccessToken } from '@dormouse/local/access-token';
import { eventSigner } from '@dormouse/runtime/event-signer';
import { uuidv7 } from '@dormouse/runtime/ids';
import { problemOf } from '../api-client.ts';
import { CommandError } from '../command-error.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import type { Options } from './options.ts';
import { sender } from './service.ts';

/** `send TYPE SUBJECT`: an event to the Broker. */
export async function send(type: string, subject: string, options: Options, terminal: Terminal): Promise<void> {
  const made = makeEvent(type, subject, await dataOf(options.data, terminal), options);
  const dssematerial = signatureOf(made, options);
  const event = { ...made, ...(dssematerial && { dssematerial }) };
  const broker = options.broker ?? (await brokerOf(options.console));
  const response = await fetch(broker, {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents+json', ...authorization(broker, options.home) },
    body: JSON.stringify(event),
  }).catch((error: Error) => {
    throw new CommandError(
      `the Broker does not answer at ${broker} (${(error.cause as Error | undefined)?.message ?? error.message})`,
    );
  });
  if (response.status !== 202)
    throw new CommandError(`the Broker rejected it: ${rejection(response.status, await response.text())}`);
  terminal.print(
    options.json
      ? JSON.stringify(event, null, 2)
      : `sent ${event.id}${dssematerial === null ? ` without a signature: no keys of ${event.source}, --signing-keys names them` : ''}${options.broker ? '' : `; "dormouse events explain ${event.id}" shows what each trigger did with it`}`,
  );
}

/** The signature of the event's producer, if the catalogue wants one; null where the keys are missing: it is sent, and consumers refuse it. */
function signatureOf(event: SentEvent, { home, signingKeys }: Options): string | null | undefined {
  const contract = catalogue.find(({ type }) => type === event.type);
  if (!contract || contract.unsigned) return undefined;
  const file = signingKeys ?? join(home, 'secrets', `${event.source.slice(1)}-event-signing`, 'EVENT_SIGNING_KEYS');
  const keys = keysIn(file, signingKeys !== undefined);
  const data = event.data === undefined ? undefined : JSON.stringify(event.data);
  return keys === undefined ? null : eventSigner(keys)({ ...event, data });
}

interface SentEvent {
  id: string;
  type: string;
  source: string;
  subject: string;
  time: string;
  data?: unknown;
}

function keysIn(file: string, isDemanded: boolean): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !isDemanded) return undefined;
    throw new UsageError(`${file}: ${code === 'ENOENT' ? 'no such file' : (error as Error).message}`);
  }
}

/** The secret of the local platform, which no other machine gets. */
function authorization(broker: string, home: string): { authorization?: string } {
  if (!isLoopbackHost(new URL(broker).host)) return {};
  try {
    const token = readAccessToken(home);
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  } catch (error) {
    throw new CommandError(`the Broker's secret cannot be read: ${(error as Error).message}`);
  }
}

/** What problem+json says; any other answer as it is. */
function rejection(status: number, text: string): string {
  try {
    return problemOf({ status, headers: new Headers(), body: JSON.parse(text) });
  } catch {
    return `HTTP ${status} ${text.replace(/\s+/g, ' ').slice(0, 300)}`;
  }
}

function makeEvent(type: string, subject: string, data: unknown, { filter: { source }, id = uuidv7() }: Options) {
  const contract = catalogue.find((each) => each.type === type);
  if (!contract) {
    const content = data === undefined ? {} : { datacontenttype: 'application/json', data };
    return {
      specversion: '1.0',
      id,
      type,
      source: source ?? '/operator',
      subject,
      time: new Date().toISOString(),
      ...content,
    };
  }
  try {
    return { ...toEnvelope(contract, subject, data, { id, time: new Date() }), ...(source && { source }) };
  } catch (error) {
    const { issues = [] } = error as { issues?: { message: string; path?: { key: unknown }[] }[] };
    if (issues.length === 0) throw error;
    const words = issues.map(
      ({ message, path = [] }) => `${path.map(({ key }) => String(key)).join('.') || 'data'}: ${message}`,
    );
    throw new CommandError(`the data does not fit the schema of ${type}: ${words.join('; ')}`);
  }
}

async function dataOf(given: string | undefined, terminal: Terminal): Promise<unknown> {
  if (given === undefined) return undefined;
  const text = given === '-' ? await terminal.input() : given.startsWith('@') ? fileText(given.slice(1)) : given;
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(
      `--data ${given === '-' || given.startsWith('@') ? given : ''}: not JSON`.replace('--data :', '--data:'),
    );
  }
}

function fileText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(
      `--data @${path}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : (error as Error).message}`,
    );
  }
}

async function brokerOf(url: string): Promise<string> {
  const hint = '; is the platform running? --broker names a Broker elsewhere';
  const { body } = await sender({ url, name: 'the console', hint })('GET', '/api/addresses', {});
  const { brokers } = body as { brokers: string[] };
  const [only, another] = brokers;
  if (!only) throw new CommandError('the platform has no Broker');
  if (another) throw new UsageError(`which Broker? --broker ${brokers.join(' or --broker ')}`);
  return only;
}

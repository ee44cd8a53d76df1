import { type Tokens, tokens } from './auth.ts';
import { type CacheFactory, cache } from './cache.ts';
import type { Config } from './config.ts';
import { eventSigner, type SignEvent } from './event-signer.ts';
import { type EventVerifier, eventVerifier } from './event-verifier.ts';
import { type Limiter, openLimiter } from './limiter.ts';
import type { Logger } from './log.ts';
import type { Outbox } from './outbox.ts';
import { type OpenRedis, openRedis } from './redis.ts';
import type { Sql } from './sql-types.ts';

/** What a function is given; members are made when they are first touched. */
export interface Runtime {
  readonly config: Config;
  readonly log: Logger;
  readonly sql: Sql;
  readonly outbox: Outbox;
  readonly tokens: Tokens;
  readonly limiter: Limiter;
  readonly redis: OpenRedis | undefined;
  readonly cache: CacheFactory;
}

export interface OpenRuntime {
  runtime: Runtime;
  /** Verifies events by EVENT_KEYS. @throws Error when there are none */
  eventVerifier(): EventVerifier;
  /** Loads the modules of `sql` and `outbox`; they cannot be used before. */
  loadDatabase(): Promise<void>;
  /** Rejects while the database does not answer; questions asked at once are one. */
  ready(): Promise<void>;
  /** Sends the outbox's events, then closes every connection. */
  close(): Promise<void>;
}

const readyMs = 1000;

/** Makes each member of a Runtime once, at its first use. */
export function openRuntime(config: Config, log: Logger): OpenRuntime {
  let modules: { openSql: typeof import('./sql.ts').openSql; outbox: typeof import('./outbox.ts').outbox } | undefined;
  const loaded = () => modules ?? misuse('this function was started with { database: false }');
  let sql: Sql | undefined;
  let box: Outbox | undefined;
  let signer: SignEvent | undefined;
  const members = {
    config,
    log,
    get sql() {
      return (sql ??= loaded().openSql(config));
    },
    get outbox() {
      return (box ??= loaded().outbox({
        sql: members.sql,
        source: `/${config.service}`,
        sink: config.sink,
        tokenFile: config.sinkTokenFile,
        // A function that emits nothing has no keys.
        sign: (event) => (signer ??= eventSigner(config.eventSigningKeys ?? missing('EVENT_SIGNING_KEYS')))(event),
        log,
      }));
    },
    tokens: undefined as unknown as Tokens,
    limiter: undefined as unknown as Limiter,
    redis: undefined as OpenRedis | undefined,
    cache: (options: Parameters<CacheFactory>[0]) => cache({ ...options, redis: members.redis }),
  };
  lazy(members, 'redis', () => (config.redisUrl ? openRedis(config.redisUrl, config.service, { log }) : undefined));
  lazy(members, 'tokens', () =>
    tokens({
      keys: config.jwksUrl ?? missing('JWKS_URL'),
      issuer: config.issuer,
      audience: config.audience,
    }),
  );
  lazy(members, 'limiter', () => openLimiter({ redis: members.redis, sql: modules && (() => members.sql), log }));
  let verifier: EventVerifier | undefined;
  let asking: Promise<void> | undefined;
  return {
    runtime: members as Runtime,
    eventVerifier: () =>
      (verifier ??= eventVerifier(config.eventKeys ?? missing('EVENT_KEYS'), {
        takesUnsigned: config.takesUnsignedEvents,
      })),
    async loadDatabase() {
      const [{ openSql }, { outbox }] = await Promise.all([import('./sql.ts'), import('./outbox.ts')]);
      modules = { openSql, outbox };
    },
    ready: async () => {
      if (modules && config.databaseUrl)
        await (asking ??= pingDatabase(members.sql).finally(() => (asking = undefined)));
    },
    async close() {
      await box?.drained();
      await sql?.end({ timeout: 2 });
      members.redis?.close();
    },
  };
}

function lazy<T extends object, K extends keyof T>(target: T, name: K, make: () => T[K]): void {
  let made: { value: T[K] } | undefined;
  Object.defineProperty(target, name, { get: () => (made ??= { value: make() }).value, enumerable: true });
}

/** `SELECT 1` within a second. */
async function pingDatabase(sql: Sql): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`the database did not answer within ${readyMs} ms`)), readyMs);
  await Promise.race([sql`SELECT 1`, promise]).finally(() => clearTimeout(timer));
}

const missing = (variable: string): never => misuse(`the environment variable ${variable} is missing`);

function misuse(message: string): never {
  throw new TypeError(message);
}

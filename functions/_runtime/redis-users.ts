/** Reads, writes and forgets everything, and changes users: for rotation of passwords and for people. */
export const redisAdmin = 'admin';
/** Reads Redis' own figures and no key: for redis_exporter. */
export const redisExporter = 'exporter';

/** What cache.ts and limiter.ts send, the commands of their scripts included. */
const used = [
  'mget',
  'set',
  'eval',
  'incr',
  'pexpire',
  'publish',
  'time',
  'zremrangebyscore',
  'zcard',
  'zadd',
  'zrange',
];
const toListen = ['subscribe', 'unsubscribe'];
const ofConnections = ['ping', 'select', 'quit'];
const ofFigures = ['ping', 'info', 'config|get', 'slowlog|get', 'slowlog|len', 'latency|latest', 'client|setname'];

/** What begins the name of every key and channel of a function; no other function can write or read there. */
export const redisPrefix = (service: string): string => `${service}:`;

/**
 * The rules of a user, as `ACL SETUSER` and users.acl take them, without password: for a function its own keys, its own channels and the
 * commands that the runtime sends. Single commands, not categories: in each category is one that shows or changes what is others'
 * (`SCAN`, `RANDOMKEY` and `KEYS` are in @read, `FLUSHALL` is in @write), whatever keys a user has.
 */
export function redisRules(user: string): string[] {
  if (user === redisAdmin) return ['~*', '&*', '+@all'];
  const reset = ['resetkeys', 'resetchannels', '-@all'];
  if (user === redisExporter) return [...reset, ...ofFigures.map(allow)];
  return [
    ...reset,
    `~${redisPrefix(user)}*`,
    `&${redisPrefix(user)}*`,
    ...[...used, ...toListen, ...ofConnections].map(allow),
  ];
}

const allow = (command: string) => `+${command}`;

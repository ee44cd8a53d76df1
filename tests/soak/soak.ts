import { fork } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readAccessToken } from '@dormouse/local/access-token';
import { blogAt } from '../blog.ts';
import { author } from '../chaos/author.ts';
import { invariants } from '../chaos/invariants.ts';
import { Ledger } from '../chaos/ledger.ts';
import { database } from '../chaos/observe.ts';
import type { Observed, StoredPost } from '../chaos/observed.ts';
import { random } from '../chaos/random.ts';
import { brokerUrl, type RunningPlatform, runPlatform } from '../platform.ts';
import { sendTo } from '../send-to.ts';
import type { AttackSite, Rival, Victim } from './attack.ts';
import type { AttackersOptions, AttackResult } from './attackers.ts';
import { readers } from './readers.ts';
import { type Sample, sampleOf } from './resources.ts';
import { failuresOf, keptDescriptors, type Measured, spareDescriptors } from './verdict.ts';

export interface SoakSettings {
  seed: number;
  /** Readers and writers alone; to compare with. */
  quietSeconds: number;
  attackSeconds: number;
  /** Readers alone, before memory is looked at for the last time. */
  cooldownSeconds: number;
  /** 1 for all connections of the attacks. */
  strength: number;
  /** How long readers wait is part of the verdict, so attackers yield to them on this machine; default: yes. */
  timed?: boolean;
  /** One line for people. */
  say?: (line: string) => void;
}

export interface SoakResult {
  seed: number;
  started: string;
  attackSeconds: number;
  measured: Measured;
  /** Empty: everything held. */
  failures: string[];
}

/** The address that the platform believes when it names its clients. */
const proxy = '127.0.0.9';
const [readsPerSecond, writers, pauseMs] = [50, 2, 1_000];
const sampleMs = 10_000;
const postsToRead = 40;
/** A busy machine takes this long to hear that attackers' connections have ended. */
const releaseMs = 30_000;

/**
 * Runs a platform as people run it behind a proxy, with readers and writers, then with every attack beside them, and says what
 * did not hold.
 */
export async function soak(settings: SoakSettings): Promise<SoakResult> {
  const { seed, timed = true, say = () => {} } = settings;
  const started = new Date().toISOString();
  const platform = await runPlatform({ args: ['--no-watch', '--host', '0.0.0.0', '--trust-proxy', proxy] });
  try {
    const measured = await measure(settings, platform, say);
    return {
      seed,
      started,
      attackSeconds: settings.attackSeconds,
      measured,
      failures: failuresOf(measured, timed),
    };
  } catch (error) {
    say(platform.output().slice(-4_000));
    throw error;
  } finally {
    await platform.stop();
  }
}

async function measure(
  { seed, quietSeconds, attackSeconds, cooldownSeconds, strength, timed = true }: SoakSettings,
  platform: RunningPlatform,
  say: (line: string) => void,
): Promise<Measured> {
  const begun = Date.now();
  const sample = () => sampleOf(platform.pid, Math.round((Date.now() - begun) / 1_000));
  const ended: string[] = [];
  let over = false;
  void platform.exited.then((code) => over || ended.push(`the platform ended with ${code}`));
  const { paths, people } = await prepare(platform);
  const port = Number(new URL(platform.url).port);
  const choose = random(seed);
  const read = (going: () => boolean) =>
    readers({ port, proxy, perSecond: readsPerSecond, random: choose, path: () => choose.pick(paths), going });
  /** As many requests as are due in that time, however long they take on a busy machine. */
  const readFor = (seconds: number) => read(times(Math.round(seconds * readsPerSecond)));

  const ledger = new Ledger();
  let writing = true;
  const written = Promise.all(
    Array.from({ length: writers }, (_, n) =>
      author({
        ledger,
        url: platform.url,
        name: authorName(n),
        random: random(seed * 10 + n),
        pauseMs,
        going: () => writing,
      }),
    ),
  );
  try {
    await readFor(Math.min(30, quietSeconds)); // caches and compiled code
    const quiet = await readFor(quietSeconds);
    const before = sample();
    say(`${quiet.times.length} requests without attacks; all attacks begin`);
    const samples: Sample[] = [];
    const sampling = setInterval(() => samples.push(sample()), sampleMs);
    const site = await attackSite(platform, people);
    const attacking = attack({ site, seed, strength, seconds: attackSeconds }, timed);
    const attacked = await readFor(attackSeconds);
    clearInterval(sampling);
    say(`${attacked.times.length} requests under attack; cooling down`);
    let cooling = true;
    const cooled = read(() => cooling);
    const attacks = await attacking;
    await sleep(cooldownSeconds * 1_000);
    cooling = false;
    const { failed, errors } = await cooled;
    const after = await released(sample, before);
    writing = false;
    await written;
    const wrong = [...(await wrongWrites(platform, ledger)), ...ledger.surprises];
    const writes = { acknowledged: ledger.acknowledgedWrites, without: ledger.ambiguous, wrong };
    const readings = { ...attacked, failed: attacked.failed + failed, errors: [...attacked.errors, ...errors] };
    return { quiet, attacked: readings, attacks, samples, before, after, writes, ended };
  } finally {
    writing = false;
    over = true;
  }
}

/** Says yes so many times. */
function times(count: number): () => boolean {
  let left = count;
  return () => left-- > 0;
}

/** A sample once connections of the attackers, whose process has ended, are given back; the last one if they are not. */
async function released(sample: () => Sample, before: Sample): Promise<Sample> {
  const end = Date.now() + releaseMs;
  for (;;) {
    const now = sample();
    if (keptDescriptors(before, now) <= spareDescriptors || Date.now() > end) return now;
    await sleep(500);
  }
}

const authorName = (n: number) => `soak-author-${n}`;

interface People {
  rival: Rival;
  victim: Victim;
}

/** What readers read, and the accounts of those who are attacked and who attack. */
export async function prepare({ url }: RunningPlatform): Promise<{ paths: string[]; people: People }> {
  const blog = blogAt(url);
  const writer = await blog.register('soak-writer');
  const posts = [];
  for (let n = 0; n < postsToRead; n++)
    posts.push(
      await writer.write({
        title: `Reading matter ${n}`,
        content: `Some *Markdown* of ${n}.\n\n${'A paragraph of words that are read. '.repeat(20 + n * 5)}\n\n\`\`\`js\nlet a = ${n};\n\`\`\``,
        category_name: `Reading ${n % 4}`,
        status: 'published',
      }),
    );
  const rival = await blog.register('soak-rival');
  const { name, password } = await blog.register('soak-victim');
  const send = sendTo(url);
  const logIn = async () =>
    (await send('POST', '/api/login', { json: { username: name, password, refresh: 'body' } })).body as {
      token: string;
      refresh_token: string;
    };
  const [ended, lasting] = [await logIn(), await logIn()];
  await send('POST', '/api/logout', { json: { refresh_token: ended.refresh_token } });
  const lists = ['/blog/', '/blog/api/posts?limit=20', '/blog/api/categories', '/blog/feed.xml'];
  return {
    // Lists are read about as often as posts.
    paths: [
      ...Array.from({ length: 10 }, () => lists).flat(),
      ...posts.flatMap(({ id, slug }) => [`/blog/posts/${slug}`, `/blog/api/posts/${id}`]),
    ],
    people: {
      rival: { name: rival.name, password: rival.password },
      victim: { name, endedToken: ended.token, refreshToken: lasting.refresh_token },
    },
  };
}

export async function attackSite(platform: RunningPlatform, people: People): Promise<AttackSite> {
  const { otlp, kubernetes } = (await (await fetch(`${platform.console}/api/addresses`)).json()) as {
    otlp: string;
    kubernetes: string;
  };
  return {
    port: Number(new URL(platform.url).port),
    console: platform.console,
    otlp,
    kubernetes,
    broker: await brokerUrl(platform),
    secret: readAccessToken(platform.home)!,
    author: authorName(0),
    ...people,
  };
}

async function attack(options: AttackersOptions, yielding: boolean): Promise<AttackResult[]> {
  const child = fork(join(import.meta.dirname, 'attackers.ts'), [JSON.stringify(options)], { execArgv: [] });
  // Attackers compute on machines of their own. Here they are on this one, and yield to what they attack where that is timed;
  // beside other work of the machine they would hardly come to their ends.
  if (yielding && child.pid) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  try {
    const [results] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`the attackers ended with ${code}`))),
    ])) as [AttackResult[]];
    return results;
  } finally {
    child.kill();
  }
}

/** What authors were told is stored is stored, and of the rest all or nothing. */
async function wrongWrites({ home }: RunningPlatform, ledger: Ledger): Promise<string[]> {
  const sql = database(home);
  try {
    const posts = await sql<StoredPost[]>`
      SELECT posts.id::integer AS id, posts.version, title, content, status, categories.name AS category
      FROM posts.posts JOIN categories.categories ON categories.id = category_id
      WHERE title LIKE ${`Post ${authorName(0).slice(0, -1)}%`} ORDER BY posts.id`;
    const check = invariants['Every acknowledged write is there, and of the others all or nothing']!;
    return check(ledger, { posts } as Partial<Observed> as Observed);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBackup } from '@dormouse/backup/create-backup';
import { folderPlace } from '@dormouse/backup/folder-place';
import { memoryPlace } from '@dormouse/backup/memory-place.fixture';
import { openBackup } from '@dormouse/backup/open-backup';
import { restoreBackup } from '@dormouse/backup/restore-backup';
import type { Store } from '@dormouse/backup/store';
import { openLog } from '@dormouse/eventing/log/segmented-log';
import { diskStore } from '@dormouse/eventing/log/store';
import { lockHome } from '@dormouse/local/home-lock';
import { markHome } from '@dormouse/local/home-marker';
import { forgetRestore, restoreNote } from '@dormouse/local/restore-note';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dormouse } from '../dormouse.fixture.ts';
import { eventsStore } from './events-store.ts';
import { homeFilesStore, isKey, isWhole } from './home-files-store.ts';
import {
  checkTarget,
  commitRestore,
  discardStaging,
  finishInterrupted,
  prepareStaging,
  stagingOf,
} from './home-restore.ts';

const { signal } = new AbortController();
let work: string;
let home: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'dormouse home '));
  home = join(work, 'a home');
  mkdirSync(home);
});
afterEach(() => rmSync(work, { recursive: true }));

const file = (path: string, content: string) => {
  mkdirSync(join(home, path, '..'), { recursive: true });
  writeFileSync(join(home, path), content);
};

async function roundTrip(store: Store): Promise<void> {
  const place = memoryPlace();
  await createBackup({ place, stores: [store], version: '1', signal });
  await restoreBackup({ backup: await openBackup({ place }), stores: [store], signal });
}

describe('files of a home', () => {
  test('are restored with their names, for their owner only; what each start makes is left out', async () => {
    file('secrets/auth-keys/20261129T150907Z-604bd0b4.private.jwk', '{}');
    file('secrets/posts-database/DATABASE_URL', 'postgres://');
    file('secrets/posts-database/.password', 'x');
    const staging = join(home, '.restoring/secrets');
    await roundTrip(homeFilesStore({ name: 'keys', folder: join(home, 'secrets'), staging, isWanted: isKey }));
    expect(readdirSync(staging)).toEqual(['auth-keys']);
    const [key] = readdirSync(join(staging, 'auth-keys'));
    expect(statSync(join(staging, 'auth-keys', key!)).mode & 0o777).toBe(0o600);
  });

  test('may have any name; a picture that is being written is none yet', async () => {
    file('volumes/web/media/ab/name with  spaces “ü”.png', 'picture');
    file('volumes/web/media/ab/half.png.1.part', 'pic');
    const staging = join(home, '.restoring/volumes');
    await roundTrip(homeFilesStore({ name: 'pictures', folder: join(home, 'volumes'), staging, isWanted: isWhole }));
    expect(readdirSync(join(staging, 'web/media/ab'))).toEqual(['name with  spaces “ü”.png']);
  });
});

describe('the log of a Broker', () => {
  test('is copied while it is written to, up to some moment after the copy began', async () => {
    const folder = join(home, 'events/dormouse/default');
    const log = await openLog({ store: diskStore(folder), segmentBytes: 4_096 });
    let going = true;
    const append = async () => {
      while (going) await log.append([Buffer.alloc(200, 'x')]);
    };
    await log.append([Buffer.from('first')]);
    const running = [append(), append()];
    const place = memoryPlace();
    const store = eventsStore(join(home, 'events'), join(stagingOf(home), 'events'));
    const known: number[] = [];
    for (let copy = 0; copy < 5; copy++) {
      known.push(log.end.sequence);
      await createBackup({ place, stores: [store], version: '1', signal });
      if (copy === 2) await log.removeBefore(log.end.sequence - 20);
    }
    going = false;
    await Promise.all(running);
    await log.close();
    for (const id of await place.list()) {
      prepareStaging(home);
      await restoreBackup({ backup: await openBackup({ place, id }), stores: [store], signal });
      const restored = await openLog({ store: diskStore(join(stagingOf(home), 'events/dormouse/default')) });
      expect(restored.end.sequence).toBeGreaterThanOrEqual(known.shift()!);
      await restored.close();
    }
    expect(known).toEqual([]);
  });

  test('is refused when records are missing that its checkpoint knows of', async () => {
    const folder = join(home, 'events/dormouse/default');
    const log = await openLog({ store: diskStore(folder) });
    await log.append([Buffer.from('one')]);
    await log.close();
    writeFileSync(
      join(folder, '0000000000000001.log'),
      readFileSync(join(folder, '0000000000000001.log')).subarray(0, -2),
    );
    const store = eventsStore(join(home, 'events'), join(stagingOf(home), 'events'));
    await expect(createBackup({ place: memoryPlace(), stores: [store], version: '1', signal })).rejects.toThrow(
      'had been stored',
    );
  });
});

describe('what a restore puts into a home', () => {
  const staged = () => {
    prepareStaging(home);
    for (const name of ['events', 'secrets']) file(`.restoring/${name}/new`, '');
  };

  test('takes the place of what was there, which is kept', () => {
    markHome(home);
    file('events/old', '');
    file('volumes/old', '');
    staged();
    expect(() => checkTarget(home, false)).toThrow('is not empty: restore into another folder with --into');
    checkTarget(home, true);
    commitRestore(home, 'ID');
    expect(readdirSync(join(home, 'events'))).toEqual(['new']);
    expect(readdirSync(join(home, 'replaced-by-ID'))).toEqual(['events']);
    // The backup held no pictures.
    expect(readdirSync(join(home, 'volumes'))).toEqual(['old']);
    expect(existsSync(stagingOf(home))).toBe(false);
  });

  test.each(['events', 'secrets'])('is finished by the next run when it was killed after moving %s', (killed) => {
    staged();
    const order = ['events', 'secrets'];
    for (const name of order.slice(0, order.indexOf(killed) + 1))
      renameSync(join(stagingOf(home), name), join(home, name));
    writeFileSync(restoreNote(home), JSON.stringify({ backup: 'ID', phase: 'moving' }));
    expect(() => forgetRestore(home)).toThrow('a restore of ID into');
    expect(finishInterrupted(home)).toBe('ID');
    expect(order.map((name) => readdirSync(join(home, name)))).toEqual([['new'], ['new']]);
    expect(finishInterrupted(home)).toBe('ID');
    forgetRestore(home);
    expect(finishInterrupted(home)).toBeUndefined();
  });

  test('leaves nothing when it is discarded, and touches no folder of another', () => {
    staged();
    discardStaging(home);
    expect(readdirSync(home)).toEqual([]);
    file('photos/one', '');
    expect(() => checkTarget(home, true)).toThrow('was not made by the local platform');
  });
});

describe('dormouse backup and restore', () => {
  const backups = () => join(work, 'backups');

  test('want to know what becomes of keys', async () => {
    const env = { DORMOUSE_HOME: home };
    expect(await dormouse(['backup', 'create', backups()], { env })).toMatchObject({
      code: 2,
      err: expect.stringContaining('the home holds keys that sign tokens and events'),
    });
    expect(await dormouse(['backup', 'create', backups(), '--plain-keys', '--without-keys'], { env })).toMatchObject({
      code: 2,
    });
    expect(
      await dormouse(['backup', 'create', backups(), '--passphrase-file', join(work, 'none')], { env }),
    ).toMatchObject({
      code: 2,
      err: expect.stringContaining('ENOENT'),
    });
  });

  test('try no database whose name was not said', async () => {
    const asked = async (env: Record<string, string>) =>
      dormouse(['backup', 'try', backups(), '--yes', 'scratch'], { env });
    expect(await asked({})).toMatchObject({
      code: 2,
      err: expect.stringContaining('--yes NAME goes with DATABASE_URL'),
    });
    expect(await asked({ DATABASE_URL: 'postgres://admin:x@127.0.0.1:9/dormouse' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('DATABASE_URL leads to the database dormouse, and --yes names scratch'),
    });
    expect(await asked({ DATABASE_URL: 'postgres://admin:x@127.0.0.1:9/scratch' })).toMatchObject({
      code: 1,
      err: expect.stringContaining(`there is no whole backup in ${backups()}`),
    });
  });

  test('prune what is old, and say so', async () => {
    const place = folderPlace(backups());
    for (let day = 1; day <= 3; day++)
      await createBackup({ place, stores: [], version: '1', signal, now: () => Date.UTC(2026, 10, day) });
    const [first, ...others] = await place.list();
    const prune = ['backup', 'prune', backups(), '--keep', '2'];
    expect(await dormouse([...prune, '--dry-run'])).toMatchObject({
      code: 0,
      out: `would remove ${first}\n2 backups kept, 1 to remove\n`,
    });
    expect(await place.list()).toEqual([first, ...others]);
    expect(JSON.parse((await dormouse([...prune, '--json'])).out)).toMatchObject({ kept: others, removed: [first] });
    expect(await place.list()).toEqual(others);
    expect(await dormouse(['backup', 'prune', join(backups(), others[0]!)])).toMatchObject({ code: 2 });
    expect(await dormouse(['backup', 'prune', backups(), '--keep', '0'])).toMatchObject({ code: 2 });
  });

  test('say what is no home, a home in use, and a place without a backup', async () => {
    const asked = async (...args: string[]) => (await dormouse(args)).err;
    const create = ['backup', 'create', backups(), '--without-keys', '--home', home];
    expect(await asked(...create)).toContain(`${home} is no folder of the local platform`);
    markHome(home);
    const release = lockHome(home);
    expect(await asked(...create)).toContain(`is in use by process ${process.pid}, which is no running platform`);
    expect(await asked('restore', backups(), '--into', home)).toContain(`there is no whole backup in ${backups()}`);
    release();
    file('secrets/key', '');
    expect(await asked(...create)).toContain('has no database of its own: set DATABASE_URL');
    expect(existsSync(backups()) ? readdirSync(backups()) : []).toEqual([]);
  });
});

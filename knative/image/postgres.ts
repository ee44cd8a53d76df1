// Process 1 of the image of PostgreSQL, for trying out: makes the data once, then runs the server. It reads the same variables as the official image.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';

const {
  PGDATA: data = '/var/lib/postgresql/data',
  POSTGRES_DB: database = 'postgres',
  POSTGRES_PASSWORD: password,
} = process.env;
const programs = '/usr/local/postgresql/bin';

if (!existsSync(data)) initialise(`${data}.new`);

const settings = [
  'listen_addresses=*',
  'unix_socket_directories=',
  'max_connections=200',
  'jit=off',
  'io_method=sync',
  'wal_level=minimal',
  'max_wal_senders=0',
];
const server = spawn(`${programs}/postgres`, ['-D', data, ...settings.flatMap((each) => ['-c', each])], {
  stdio: 'inherit',
});
// On SIGTERM the server would wait until all clients have disconnected.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => server.kill('SIGINT'));
server.on('exit', (code) => process.exit(code ?? 1));

function initialise(directory: string): void {
  if (!password) throw new Error('the environment variable POSTGRES_PASSWORD is missing');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync('/tmp/password', password, { mode: 0o600 });
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  run('initdb', [
    '-D',
    directory,
    '-U',
    'postgres',
    '-A',
    'scram-sha-256',
    '--pwfile=/tmp/password',
    '-E',
    'UTF8',
    ...locale,
  ]);
  writeFileSync(`${directory}/pg_hba.conf`, 'host all all all scram-sha-256\n');
  if (database !== 'postgres')
    run('postgres', ['--single', '-D', directory, 'postgres'], `CREATE DATABASE "${database.replaceAll('"', '""')}"\n`);
  renameSync(directory, data);
}

function run(program: string, args: string[], input?: string): void {
  const { status } = spawnSync(`${programs}/${program}`, args, {
    input,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error(`${program} ended with ${status}`);
}

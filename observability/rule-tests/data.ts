import { series } from '../series.ts';
import { type Case, firing, lasting, named, silent } from './case.ts';

const { sqlDuration, redisUnanswered } = series;
const posts = { service_name: 'posts' };
const query = { ...posts, db_query_summary: 'SELECT posts' };
const cacheRequests = (values: string, error_type?: string) => ({
  [named(`${sqlDuration}_count`, { ...query, ...(error_type && { error_type }) })]: values,
});
const took = (perMinute: number, slow: number) => ({
  ...cacheRequests(`0+${perMinute}x20`),
  [named(`${sqlDuration}_bucket`, { ...query, le: '0.5' })]: `0+${perMinute - slow}x20`,
  [named(`${sqlDuration}_bucket`, { ...query, le: '1' })]: `0+${perMinute}x20`,
  [named(`${sqlDuration}_bucket`, { ...query, le: '+Inf' })]: `0+${perMinute}x20`,
});
const certificate = { namespace: 'istio-system', name: 'dormouse' };
const endsIn = (days: number) => ({
  [named('certmanager_certificate_expiration_timestamp_seconds', certificate)]: `${days * 86_400}x240`,
});

export const dataCases: readonly Case[] = [
  firing(
    'DatabaseUnreachable',
    'every statement ends at a closed port',
    '5m',
    { ...cacheRequests('0+20x2 40x20'), ...cacheRequests('0x2 0+10x20', 'ECONNREFUSED') },
    posts,
  ),
  firing('DatabaseUnreachable', 'the server shuts down', '5m', cacheRequests('0x2 0+10x20', '57P01'), posts),
  firing('DatabaseUnreachable', 'the role may not log in', '5m', cacheRequests('0x2 0+10x20', '28000'), posts),
  firing('DatabaseUnreachable', 'a password is wrong', '5m', cacheRequests('0x2 0+10x20', '28P01'), posts),
  firing('DatabaseUnreachable', 'the server hangs', '5m', cacheRequests('0x2 0+10x20', 'unavailable'), posts),
  silent('DatabaseUnreachable', 'statements break constraints', '5m', {
    ...cacheRequests('0+1x20'),
    ...cacheRequests('0x2 0+10x20', '23505'),
  }),
  silent('DatabaseUnreachable', 'one connection of many was cut', '5m', {
    ...cacheRequests('0+100x20'),
    ...cacheRequests('0x2 4x20', '57P01'),
  }),
  silent('DatabaseUnreachable', 'a tenth of the connections is refused', '5m', {
    ...cacheRequests('0+90x20'),
    ...cacheRequests('0+10x20', '53300'),
  }),
  silent('DatabaseUnreachable', 'the only statement of a minute failed', '5m', cacheRequests('0+1x20', 'ECONNREFUSED')),
  silent('DatabaseUnreachable', 'nobody asks anything', '5m', {}),

  ...lasting(
    '2m',
    firing('DatabaseDiskFull', 'each write is refused for it', '5m', cacheRequests('0x2 0+10x20', '53100'), posts),
  ),
  silent('DatabaseDiskFull', 'one statement sorted too much', '5m', cacheRequests('0x2 1x20', '53100')),
  silent('DatabaseDiskFull', 'statements break constraints', '5m', cacheRequests('0x2 0+10x20', '23505')),

  firing(
    'PostgresDown',
    'it hangs, and its exporter with it',
    '5m',
    { [named('up', { instance: 'postgres', job: 'postgres-exporter' })]: '1 0x10' },
    { instance: 'postgres', job: 'postgres-exporter' },
  ),
  ...lasting(
    '1m',
    firing(
      'PostgresDown',
      'the exporter finds no server',
      '5m',
      { [named('pg_up', { instance: 'postgres' })]: '1 0x10' },
      { instance: 'postgres' },
    ),
  ),
  silent('PostgresDown', 'it answers', '5m', { [named('pg_up', { instance: 'postgres' })]: '1x10' }),

  ...lasting(
    '1m',
    firing(
      'RedisDown',
      'the exporter finds no server',
      '5m',
      { [named('redis_up', { instance: 'redis' })]: '1 0x10' },
      { instance: 'redis' },
    ),
  ),
  firing(
    'RedisDown',
    'it hangs, and its exporter with it',
    '5m',
    { [named('up', { instance: 'redis', job: 'redis-exporter' })]: '1 0x10' },
    { instance: 'redis', job: 'redis-exporter' },
  ),
  firing('RedisDown', 'it hangs, and functions say so', '5m', {
    [named(redisUnanswered, posts)]: '0 0+58x10',
    [named(redisUnanswered, { service_name: 'web' })]: '0 0+60x10',
  }),
  silent('RedisDown', 'functions waited for ten seconds of a minute', '3m', {
    [named(redisUnanswered, posts)]: '0 0 10x10',
  }),
  silent('RedisDown', 'it was started again', '5m', { [named('redis_up', { instance: 'redis' })]: '1 0 1x10' }),
  silent('RedisDown', 'there is no Redis', '5m', {}),

  ...lasting('4m', firing('StatementSlow', 'one of ten takes longer than half a second', '15m', took(100, 10), query)),
  silent('StatementSlow', 'one of a hundred does', '15m', took(100, 1)),
  silent('StatementSlow', 'it is seldom run', '15m', took(1, 1)),

  ...lasting(
    '30m',
    firing('CertificateExpires', 'it ends in ten days', '2h', endsIn(10), { ...certificate, severity: 'ticket' }),
  ),
  firing(
    'CertificateExpires',
    'it ends tomorrow',
    '2h',
    endsIn(1),
    { ...certificate, severity: 'ticket' },
    { ...certificate, severity: 'page' },
  ),
  silent('CertificateExpires', 'it ends in a month', '2h', endsIn(30)),
];

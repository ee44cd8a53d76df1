/** A module of our own, as ioredis.ts is: the local platform builds it once for every function. */
export { default as postgres } from 'postgres';

/** A module of our own, because a bundler that splits code keeps only the default export of a CommonJS package that is imported late. */
export { Redis } from 'ioredis';

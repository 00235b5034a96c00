// What the backend is told by its environment, read once. Every mistake is named, none is guessed away.
import { readFileSync } from 'node:fs';

const packageFile = new URL('../package.json', import.meta.url);
export const version = JSON.parse(readFileSync(packageFile, 'utf8')).version;

export function readSettings(env) {
  const mistakes = [];
  const settings = {
    version,
    release: env.GREENROOM_RELEASE ?? 'unreleased',
    host: env.HOST ?? '127.0.0.1',
    port: wholeNumber(env, 'PORT', 4001, 0, 65_535, mistakes),
    databaseUrl: env.DATABASE_URL ?? '',
    redisUrl: env.REDIS_URL ?? '',
    adminToken: env.ADMIN_TOKEN ?? '',
    logLevel: env.LOG_LEVEL ?? 'info',
    bodyLimitBytes: wholeNumber(env, 'MAX_UPLOAD_MB', 1, 1, 1024, mistakes) * 1024 * 1024,
    poolSize: wholeNumber(env, 'DB_POOL_SIZE', 10, 1, 100, mistakes),
    graceMs: wholeNumber(env, 'SHUTDOWN_GRACE_MS', 10_000, 0, 120_000, mistakes),
    showPosters: env.FEATURE_POSTERS !== 'false',
  };
  if (settings.databaseUrl === '') mistakes.push('DATABASE_URL is not set.');
  if (!['debug', 'info', 'error'].includes(settings.logLevel)) mistakes.push('LOG_LEVEL must be debug, info or error.');
  if (mistakes.length > 0) throw new Error(mistakes.join(' '));
  return settings;
}

function wholeNumber(env, name, fallback, min, max, mistakes) {
  if (env[name] === undefined || env[name] === '') return fallback;
  const value = Number(env[name]);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  mistakes.push(`${name} must be a whole number from ${min} to ${max}.`);
  return fallback;
}

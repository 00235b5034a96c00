import { samePlace } from './machines.ts';
import type { Beside, Gets, TrafficTarget } from './traffic.ts';

/** Carries the secret of a preview. Ends at the proxy; in an answer it says that the previewed colour gave it. */
export const previewHeader = 'x-greenroom-preview';
/** The same for browsers. */
export const previewCookie = 'greenroom_preview';
/**
 * What a client drew in a gradual shift, 0 to 99: who drew less than the share gets the new colour. Kept by the client, so that it stays on
 * its side, and moves at most once while the share grows.
 */
export const drawCookie = 'greenroom_draw';
/** Headers of somebody who is on the side of the new version, whatever its share. */
export const newSide: Readonly<Record<string, string>> = { cookie: `${drawCookie}=0` };
/** Headers of somebody who is on the side of the old version, whatever the share of the new one. */
export const oldSide: Readonly<Record<string, string>> = { cookie: `${drawCookie}=99` };
/** How long a client keeps its draw. */
export const drawKeptSeconds = 86_400;
/** Draws are 0 … 99. */
export const draws = 100;

const secretPattern = /^[A-Za-z0-9_-]{32,128}$/;

/** Why a target with a colour beside is none, or null. */
export function besideFault({ colour, beside }: TrafficTarget, serviceNames: readonly string[]): string | null {
  if (!beside) return null;
  if (colour === null) return 'it names a colour beside, and none that serves';
  if (beside.colour === colour) return `${colour} cannot be beside itself`;
  const names = Object.keys(beside.services);
  if (serviceNames.some((name) => !names.includes(name)) || names.length !== serviceNames.length)
    return `the colour beside has addresses for ${names.join(', ') || 'nothing'}, not for ${serviceNames.join(', ')}`;
  return getsFault(beside.gets);
}

function getsFault(gets: Gets): string | null {
  if (gets.kind === 'preview')
    return secretPattern.test(gets.secret) ? null : 'the secret of its preview is not 32 to 128 of A-Z a-z 0-9 _ -';
  const { percent } = gets;
  return Number.isInteger(percent) && percent > 0 && percent < 100
    ? null
    : `its share is ${percent} %, not 1 to 99 in whole numbers`;
}

export function sameBeside(a: Beside | undefined, b: Beside | undefined): boolean {
  if (!a || !b) return a === b;
  return (
    a.colour === b.colour && a.release === b.release && sameGets(a.gets, b.gets) && sameServices(a.services, b.services)
  );
}

function sameGets(a: Gets, b: Gets): boolean {
  if (a.kind === 'preview') return b.kind === 'preview' && a.secret === b.secret;
  return b.kind === 'share' && a.percent === b.percent;
}

export function sameServices(a: TrafficTarget['services'], b: TrafficTarget['services']): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => samePlace(a[name], b[name]));
}

/** The cookies of a request without those of the proxy; null when nothing is left. */
export function withoutOwnCookies(cookies: string): string | null {
  if (!cookies.includes('greenroom_')) return cookies;
  const kept = cookies.split(';').filter((each) => {
    const name = each.split('=', 1)[0]!.trim();
    return name !== previewCookie && name !== drawCookie;
  });
  return kept.join(';').trim() || null;
}

/** The first cookie of this name. */
export function cookieOf(cookies: string | undefined, name: string): string | null {
  for (const each of cookies?.includes(name) ? cookies.split(';') : []) {
    const at = each.indexOf('=');
    if (each.slice(0, at).trim() === name) return each.slice(at + 1).trim();
  }
  return null;
}

/** What a client has drawn before; null for none, or for something else. */
export const drawOf = (cookie: string | null): number | null =>
  cookie !== null && /^\d{1,2}$/.test(cookie) ? Number(cookie) : null;

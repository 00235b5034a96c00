import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { cookieOf, drawCookie, drawKeptSeconds, drawOf, draws, previewCookie, previewHeader } from '../kinds/beside.ts';
import type { Gets } from '../kinds/traffic.ts';
import type { Lane } from './lane.ts';

/** Who asks, as far as that makes a difference. Looked at only while it does. */
export class Caller {
  private readonly request: IncomingMessage;
  private draw: number | null = null;
  /** The draw is one that the client does not know yet. */
  private isNew = false;

  constructor(request: IncomingMessage) {
    this.request = request;
  }

  isFor(gets: Gets): boolean {
    return gets.kind === 'preview' ? this.knows(gets.secret) : this.drawn() < gets.percent;
  }

  /** Headers that its answer gets, as names, values, names, values …; none for most. */
  marks(gets: Gets | null, { party }: Lane): readonly string[] {
    if (gets === null) return [];
    if (gets.kind === 'share')
      return this.isNew
        ? ['set-cookie', `${drawCookie}=${this.draw}; Path=/; Max-Age=${drawKeptSeconds}; HttpOnly; SameSite=Lax`]
        : [];
    // A cache before the proxy must not give the one to those who are for the other.
    const vary = ['vary', previewHeader];
    if (party.place !== 'preview') return vary;
    return [...vary, previewHeader, party.colour ?? '', 'cache-control', 'private, no-store'];
  }

  private knows(secret: string): boolean {
    const header = this.request.headers[previewHeader];
    const given = Buffer.from(String(header ?? cookieOf(this.request.headers.cookie, previewCookie) ?? ''));
    const wanted = Buffer.from(secret);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  /** Drawn once, also for a request that is tried again. */
  private drawn(): number {
    if (this.draw !== null) return this.draw;
    const kept = drawOf(cookieOf(this.request.headers.cookie, drawCookie));
    this.isNew = kept === null;
    this.draw = kept ?? Math.floor(Math.random() * draws);
    return this.draw;
  }
}

/** The headers of an answer with its marks; what an application says of the same is replaced, except for what adds up. */
export function marked(headers: readonly string[], marks: readonly string[]): string[] {
  const replaced = marks.filter((name, i) => i % 2 === 0 && name !== 'vary' && name !== 'set-cookie');
  return [...headers.filter((_, i) => !replaced.includes(headers[i - (i % 2)]!.toLowerCase())), ...marks];
}

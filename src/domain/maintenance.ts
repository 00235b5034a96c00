/** Why an environment is closed on purpose, and for how long. */
export interface MaintenanceNotice {
  readonly project: string;
  readonly notice: string | null;
  /** Milliseconds since 1970. */
  readonly untilAt: number | null;
}

const standard = 'We are working on it and will be back soon.';
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => entities[char]!);
/** A proxy hands out one line. */
// oxlint-disable-next-line no-control-regex -- exactly these are meant
const inOneLine = (text: string): string => text.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ').trim();

/** `22:30 UTC`, with the day where it is another one than that of `nowAt`. */
export function untilWords(untilAt: number, nowAt: number): string {
  const [day, time] = new Date(untilAt).toISOString().split('T') as [string, string];
  const today = new Date(nowAt).toISOString().slice(0, 10);
  return `${day === today ? '' : `${day} `}${time.slice(0, 5)} UTC`;
}

/** Plain, readable by light and in the dark, without anything that is fetched from elsewhere. */
export function maintenanceHtml({ project, notice, untilAt }: MaintenanceNotice, nowAt: number): string {
  const until = untilAt === null ? '' : `<p>Expected back by <time>${escaped(untilWords(untilAt, nowAt))}</time>.</p>`;
  return inOneLine(
    [
      '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
      '<meta name="robots" content="noindex"><title>Maintenance</title><style>',
      ':root{color-scheme:light dark;--back:#fff;--text:#1a1a1a}',
      '@media (prefers-color-scheme:dark){:root{--back:#16181d;--text:#e6e6e6}}',
      'body{background:var(--back);color:var(--text);font:1.1rem/1.6 system-ui,sans-serif;margin:20vh auto 0;max-width:34rem;padding:0 1rem}',
      `</style></head><body><h1>${escaped(project)} is under maintenance</h1>`,
      `<p>${escaped(notice ?? standard)}</p>${until}</body></html>`,
    ].join(''),
  );
}

/** A page of the team, with `{{notice}}` and `{{until}}` filled in. */
export const ownHtml = (text: string, { notice, untilAt }: MaintenanceNotice, nowAt: number): string =>
  inOneLine(
    text
      .replaceAll('{{notice}}', () => escaped(notice ?? standard))
      .replaceAll('{{until}}', () => (untilAt === null ? '' : escaped(untilWords(untilAt, nowAt)))),
  );

/** RFC 9457. */
export const maintenanceProblem = ({ notice, untilAt }: MaintenanceNotice): string =>
  JSON.stringify({
    ...{ type: 'about:blank', title: 'Under maintenance', status: 503, detail: inOneLine(notice ?? standard) },
    ...(untilAt !== null && { until: new Date(untilAt).toISOString() }),
  });

/** The moment that is planned, as a date that HTTP knows; five minutes where none is, or it is over. */
export const retryAfter = (untilAt: number | null, nowAt: number): string =>
  untilAt === null || untilAt <= nowAt ? '300' : new Date(untilAt).toUTCString();

/** `22:30` of the day or the next one, by the clock of this machine, or an instant with its zone. Null for anything else, and for what is over. */
export function readUntil(text: string, nowAt: number): number | null {
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (clock) {
    const day = new Date(nowAt);
    day.setHours(Number(clock[1]), Number(clock[2]), 0, 0);
    if (day.getTime() <= nowAt) day.setDate(day.getDate() + 1);
    return day.getTime();
  }
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) || at <= nowAt ? null : at;
}

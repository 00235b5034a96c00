const units = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3_600e9 } as const;

/** `1m30s` in nanoseconds; null for what is no duration of Go. */
export function nanoseconds(text: string): number | null {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) return null;
  return Math.round(parts.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit as keyof typeof units], 0));
}

/** `64M`, `1gb`, `67108864` in bytes; null for what is none. */
export function bytes(text: string): number | null {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)\s*([bkmg]?)b?$/i.exec(text) ?? [];
  return count === undefined ? null : Math.round(Number(count) * 1024 ** 'bkmg'.indexOf(unit.toLowerCase() || 'b'));
}

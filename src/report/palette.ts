/** Colours of the page, light and dark; every text colour has at least 4.5 : 1 on the grounds it stands on (tested). */
export interface Palette {
  readonly page: string;
  readonly card: string;
  readonly sunk: string;
  readonly line: string;
  readonly ink: string;
  readonly soft: string;
  readonly link: string;
  readonly pass: string;
  readonly warn: string;
  readonly fail: string;
  readonly error: string;
  readonly skip: string;
  readonly pending: string;
  readonly back: string;
  readonly banner: Readonly<Record<'good' | 'caution' | 'bad' | 'unknown' | 'plain', string>>;
  readonly bannerInk: string;
}

export const light: Palette = {
  page: '#f4f5f7',
  card: '#ffffff',
  sunk: '#eef0f3',
  line: '#d4d9e0',
  ink: '#1a1f26',
  soft: '#545d69',
  link: '#0b4fa8',
  pass: '#17703a',
  warn: '#875300',
  fail: '#b3202c',
  error: '#6b3fb5',
  skip: '#545d69',
  pending: '#0b5cad',
  back: '#a03d7c',
  banner: {
    good: '#14613a',
    caution: '#7a4b00',
    bad: '#99172a',
    unknown: '#56318f',
    plain: '#3c4652',
  },
  bannerInk: '#ffffff',
};

export const dark: Palette = {
  page: '#0e1116',
  card: '#171b22',
  sunk: '#20262f',
  line: '#333b47',
  ink: '#e7ebf0',
  soft: '#a3adba',
  link: '#82b7ff',
  pass: '#5fd08a',
  warn: '#e8b64c',
  fail: '#ff8a85',
  error: '#c7a6ff',
  skip: '#a3adba',
  pending: '#7db8ff',
  back: '#f19acb',
  banner: {
    good: '#12462c',
    caution: '#573700',
    bad: '#6d1420',
    unknown: '#3f2570',
    plain: '#2b333d',
  },
  bannerInk: '#ffffff',
};

export function variables({ banner, ...flat }: Palette): string {
  const named = [
    ...Object.entries(flat),
    ...Object.entries(banner).map(([tone, colour]) => [`banner-${tone}`, colour]),
  ];
  return named.map(([name, colour]) => `--${name}:${colour};`).join('');
}

// Values as they stand in such columns, made up and the same in every run. `{email}` in a schema file is one of these.

const given =
  'Anna Bo Zoë José Łukasz Aisha Marie-Claire Øyvind Priya Tom Ingrid Mehmet Chloé Wei Fatima Jörg Siobhán Ivan'.split(
    ' ',
  );
const family =
  "Berg|Lind|Ferrari|O'Brien|van der Meer|García|Nowak|Öztürk|Smith-Jones|Kim|Dubois|Müller|Petrova|Haddad|Sørensen|Rossi".split(
    '|',
  );
const towns = 'Hamburg|Lyon|São Paulo|Aix-en-Provence|Den Haag|Kraków|Leeds|Århus|Porto|Bergen'.split('|');
const streets =
  'Seestraße 12|12 Harbour Road|Rue de la Paix 7|Av. Paulista 1578|Gran Vía, 1|Flat 3, 9 Mill Lane|ul. Długa 4/2|Lange Reihe 88'.split(
    '|',
  );
const companies =
  'Nordlicht GmbH|Sea & Sons Ltd.|Müller AG|Trattoria Da Gino|Blue Whale Inc|Société du Port|Kim Trading Co.'.split(
    '|',
  );
const words = 'river stone lamp winter garden paper copper violet harbour engine marble signal'.split(' ');
const openings =
  'I think that|Last week|Could you please tell|We moved to|Thanks a lot for|Does anybody know why|My daughter says'.split(
    '|',
  );
const lettersAndDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const pad = (count: number, width: number): string => String(count).padStart(width, '0');
const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase();
const capital = (text: string): string => text[0]!.toUpperCase() + text.slice(1);

/** Chance that is the same in every run; mulberry32. */
export function chanceOf(seed: string): (below: number) => number {
  let state = 7;
  for (const sign of seed) state = Math.imul(state ^ sign.codePointAt(0)!, 2_654_435_761);
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

type Chance = (below: number) => number;
const of = <T>(chance: Chance, all: readonly T[]): T => all[chance(all.length)]!;
const signs = (chance: Chance, count: number, from: string): string =>
  Array.from({ length: count }, () => from[chance(from.length)]).join('');
const digits = (chance: Chance, count: number): string => signs(chance, count, '0123456789');
const several = (chance: Chance, count: number): string =>
  Array.from({ length: count }, () => of(chance, words)).join(' ');
const login = (chance: Chance): string => {
  const [first, last] = [plain(of(chance, given)), plain(of(chance, family))];
  return of(chance, [
    first,
    `${first}.${last}`,
    `${first}_${last}`,
    `${first[0]}${last}`,
    `${first}${10 + chance(90)}`,
    `xX${last}Xx`,
  ]);
};
const host = (chance: Chance): string =>
  of(chance, ['sea.example', 'hills.test', 'wolke7.example', 'mail.port.test', 'kim.example']);
const sentence = (chance: Chance): string =>
  `${of(chance, openings)} the ${several(chance, 2 + chance(3))} is ${of(chance, ['late', 'broken', 'lovely'])}`;
const passesLuhn = (text: string): boolean =>
  Array.from(text, Number)
    .toReversed()
    .reduce((all, digit, i) => all + (i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2), 0) %
    10 ===
  0;
const withCheck = (body: string): string => body + [...'0123456789'].find((digit) => passesLuhn(body + digit))!;

const makers: Readonly<Record<string, (chance: Chance) => string>> = {
  given: (chance) => of(chance, given),
  family: (chance) => of(chance, family),
  fullname: (chance) => `${of(chance, given)} ${of(chance, family)}`,
  login,
  email: (chance) => `${login(chance)}@${host(chance)}`,
  host,
  phone: (chance) =>
    of(chance, [
      `+49 170 ${digits(chance, 7)}`,
      `(0${digits(chance, 3)}) ${digits(chance, 6)}`,
      `+1-555-${digits(chance, 3)}-${digits(chance, 4)}`,
      `0${digits(chance, 9)}`,
    ]),
  e164: (chance) => `+49170${digits(chance, 7)}`,
  digits: (chance) => `1${digits(chance, 11)}`,
  street: (chance) => of(chance, streets),
  street2: (chance) => of(chance, ['c/o Lind', '2nd floor', 'Apt. 4']),
  town: (chance) => of(chance, towns),
  postcode: (chance) =>
    of(chance, [
      digits(chance, 5),
      `SW1A ${chance(9)}AA`,
      `${digits(chance, 2)}-${digits(chance, 3)}`,
      `${digits(chance, 4)} AB`,
    ]),
  country: (chance) => of(chance, ['Germany', 'France', 'Brazil', 'Poland', 'Norway']),
  region: (chance) => of(chance, ['Bavaria', 'CA', 'Alberta', 'Île-de-France', 'SP']),
  company: (chance) => of(chance, companies),
  birthday: (chance) => `19${50 + chance(50)}-${pad(1 + chance(12), 2)}-${pad(1 + chance(28), 2)}`,
  ssn: (chance) => `${digits(chance, 3)}-${digits(chance, 2)}-${digits(chance, 4)}`,
  iban: (chance) => {
    const body = digits(chance, 18);
    return `DE${pad(98 - Number(BigInt(`${body}131400`) % 97n), 2)}${body}`;
  },
  card: (chance) => withCheck(`4${digits(chance, 14)}`),
  ip4: (chance) => `${1 + chance(220)}.${chance(256)}.${chance(256)}.${1 + chance(254)}`,
  ip: (chance) =>
    of(chance, [
      `${1 + chance(220)}.${chance(256)}.${chance(256)}.${1 + chance(254)}`,
      `2001:db8:${signs(chance, 4, '0123456789abcdef')}::${1 + chance(9)}`,
    ]),
  agent: (chance) =>
    `Mozilla/5.0 (X11; Linux x86_64; rv:${100 + chance(40)}.0) Gecko/20100101 Firefox/${100 + chance(40)}.0`,
  url: (chance) => `https://${host(chance)}/${login(chance)}`,
  hex4: (chance) => signs(chance, 4, '0123456789abcdef'),
  hex8: (chance) => signs(chance, 8, '0123456789abcdef'),
  hex16: (chance) => signs(chance, 16, '0123456789abcdef'),
  hex32: (chance) => signs(chance, 32, '0123456789abcdef'),
  hex40: (chance) => signs(chance, 40, '0123456789abcdef'),
  hex64: (chance) => signs(chance, 64, '0123456789abcdef'),
  oid: (chance) => signs(chance, 24, '0123456789abcdef'),
  code8: (chance) => signs(chance, 8, lettersAndDigits),
  code10: (chance) => signs(chance, 10, lettersAndDigits),
  code16: (chance) => signs(chance, 16, lettersAndDigits),
  code26: (chance) => signs(chance, 26, 'abcdefghijkmnopqrstuwxyz13456789'),
  code30: (chance) => signs(chance, 30, lettersAndDigits),
  hex7: (chance) => signs(chance, 7, '0123456789abcdef'),
  code32: (chance) => signs(chance, 32, lettersAndDigits),
  base32: (chance) => signs(chance, 32, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'),
  base64: (chance) => signs(chance, 43, `${lettersAndDigits}-_`),
  bcrypt: (chance) => `$2a$12$${signs(chance, 53, `${lettersAndDigits}./`)}`,
  jwt: (chance) =>
    `eyJ${signs(chance, 20, lettersAndDigits)}.eyJ${signs(chance, 40, lettersAndDigits)}.${signs(chance, 43, lettersAndDigits)}`,
  uuid: (chance) =>
    [8, 4, 4, 4, 12]
      .map((count, i) =>
        i === 2 ? `4${signs(chance, 3, '0123456789abcdef')}` : signs(chance, count, '0123456789abcdef'),
      )
      .join('-'),
  int: (chance) => String(1 + chance(99_999)),
  word: (chance) => of(chance, words),
  slug: (chance) => several(chance, 2 + chance(3)).replaceAll(' ', '-'),
  title: (chance) =>
    several(chance, 2 + chance(4))
      .split(' ')
      .map((word, i) => (i === 0 || chance(2) ? capital(word) : word))
      .join(' '),
  product: (chance) =>
    `${capital(of(chance, words))} ${of(chance, ['Table', 'Lamp', 'Chair', 'Shelf'])} ${of(chance, ['L', 'XL', '120x80', 'black'])}`,
  sentence,
  prose: (chance) => {
    const told = Array.from({ length: 2 + chance(3) }, () => sentence(chance));
    const asides = [
      '',
      '',
      ` Write to ${login(chance)}@${host(chance)}`,
      ` Ring me at +49 170 ${digits(chance, 7)}`,
      ` Ask ${of(chance, given)} ${of(chance, family)}`,
    ];
    return `${told.join('. ')}.${of(chance, asides)}`;
  },
  nl: () => '\n',
};

const byType: Readonly<Record<string, (chance: Chance) => string>> = {
  int2: (chance) => String(chance(90)),
  int4: (chance) => String(1 + chance(99_999)),
  int8: (chance) => String(1 + chance(9_999_999)),
  bool: (chance) => of(chance, ['true', 'false']),
  numeric: (chance) => `${chance(900)}.${digits(chance, 2)}`,
  float4: (chance) => `${chance(90)}.${digits(chance, 2)}`,
  float8: (chance) => `${chance(90)}.${digits(chance, 4)}`,
  date: (chance) => `20${10 + chance(16)}-${pad(1 + chance(12), 2)}-${pad(1 + chance(28), 2)}`,
  timestamp: (chance) =>
    `20${10 + chance(16)}-${pad(1 + chance(12), 2)}-${pad(1 + chance(28), 2)} 08:${pad(chance(60), 2)}:00`,
  timestamptz: (chance) =>
    `20${10 + chance(16)}-${pad(1 + chance(12), 2)}-${pad(1 + chance(28), 2)} 08:${pad(chance(60), 2)}:00+00`,
  enum: (chance) => of(chance, ['G', 'PG', 'R']),
  tsvector: () => "'table':1 'lamp':2",
};

/** Of a column with numbers, days or switches. */
export function ofType(type: string, chance: Chance): string {
  const make = byType[type];
  if (!make) throw new Error(`no values of the type ${type} are made`);
  return make(chance);
}

/** One value out of a template: `https://{host}/@{login}`; null where it says so. */
export function filled(template: string, chance: Chance): string | null {
  if (template === 'null') return null;
  return template.replace(/\{([a-z]+\d*)\}/g, (_, name: string) => {
    const make = makers[name];
    if (!make) throw new Error(`there is no maker of values called ${name}`);
    return make(chance);
  });
}

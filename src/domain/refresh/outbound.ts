// What reaches outside: addresses and keys by which a copy would mail, charge and call real people. JavaScript and PostgreSQL read these expressions alike.

export const SINK_HOST = 'sink.invalid';
export const SINK_EMAIL = `nobody@${SINK_HOST}`;
export const SINK_KEY = 'sink-invalid-key';
/** Of the numbers that are nobody's. */
export const SINK_PHONE = '+15555550100';

const inAddress = String.raw`[^\s"'<>\\/@]`;
const thisMachine = String.raw`(?:localhost|127\.[0-9.]+|0\.0\.0\.0|\[::1\])`;
/** Scheme and port are groups: they stay. PHP writes the slashes of JSON with a backslash before them. */
const url = [
  String.raw`([a-zA-Z][a-zA-Z0-9+.-]{0,19}:\\?/\\?/)`,
  String.raw`(?!(?:${inAddress}*@)?${thisMachine}(?:[^a-zA-Z0-9.-]|$))`,
  String.raw`(?:${inAddress}*@)?(?:\[[0-9a-fA-F:.]+\]|[^\s"'<>\\/:?#@,;]+)(:[0-9]+)?(?:[^\s"'<>\\]|\\/)*`,
].join('');
const inEmail = String.raw`[^\s@<>"'(),;:\\/]`;
/** Begins at the beginning of a word: a search that begins anew at each sign of a long one would take its square. */
const email = String.raw`(?<!${inEmail})${inEmail}+@${inEmail}+\.[^\s@<>"'(),;:\\/.]{2,}`;
/** How keys of well-known providers look. */
const keys = [
  ...[
    '(?:sk|rk|pk)_(?:live|test)_[a-zA-Z0-9]{6,}',
    'whsec_[a-zA-Z0-9+/=]{6,}',
    'access_token[$]production[$][a-z0-9$]+',
  ],
  ...['(?:live|test)_[a-zA-Z0-9]{30,}', 'sq0[a-z]{3}-[a-zA-Z0-9_-]{20,}', 'shp(?:at|ss|ca|pa)_[0-9a-fA-F]{32}'],
  ...['SG[.][a-zA-Z0-9_-]{6,}(?:[.][a-zA-Z0-9_-]+)?', 'key-[0-9a-f]{32}', 'xkeysib-[0-9a-f-]{40,}'],
  ...['re_[a-zA-Z0-9]{6,}_[a-zA-Z0-9]{10,}', '(?:AC|SK)[0-9a-f]{32}', 'xox[abeoprs]-[a-zA-Z0-9-]{6,}'],
  ...['xapp-[a-zA-Z0-9-]{6,}', '[0-9]{8,10}:[a-zA-Z0-9_-]{35}', 'EAA[a-zA-Z0-9]{30,}'],
  ...['gh[opusr]_[a-zA-Z0-9]{20,}', 'github_pat_[a-zA-Z0-9_]{20,}', 'glpat-[a-zA-Z0-9_-]{16,}'],
  ...['(?:AKIA|ASIA)[A-Z0-9]{16}', 'AIza[a-zA-Z0-9_-]{30,}', 'ya29[.][a-zA-Z0-9_-]{10,}'],
  ...['eyJ[a-zA-Z0-9_-]{8,}[.][a-zA-Z0-9_-]+[.][a-zA-Z0-9_-]*'],
  String.raw`-----BEGIN [A-Z ]*PRIVATE KEY-----[a-zA-Z0-9+/=\s\\]*(?:-----END [A-Z ]*PRIVATE KEY-----)?`,
];

/** Wherever it stands in a value. */
export const inside = { url, email, key: `(?<![a-zA-Z0-9_])(?:${keys.join('|')})` } as const;

const secrets =
  'secrets?|password|passwd|passphrase|pwd|pass|token|api_?key|(?:access|private|secret|signing|auth|encryption|license)_?key|account_?sid|credentials?|dsn';
const servers = 'smtp|mail|imap|pop3?|sms|push|ldap|ftp|sftp|mqtt|amqp|webhook|relay|proxy';
const hosts = `host|host_?name|relay|endpoint|(?:${servers})_?(?:host|host_?name|server)`;
const phones = '(?:phone|mobile|telephone|msisdn|sms|fax)(?:_(?:number|no|to|recipients?))?';

/** What a setting is by its name, in small letters with `_` between. */
export const named = {
  secret: `(?:^|_)(?:${secrets})(?:_(?:live|prod|production))?$`,
  host: `(?:^|_)(?:${hosts})$`,
  phone: `(?:^|_)(?:${phones})$`,
} as const;

/** What a whole value must look like beside its name. */
export const whole = {
  /** No switch, and not empty. */
  secret: String.raw`^(?!(?:true|false|null|yes|no|on|off|0|1)?$)(?:.|\s)`,
  host: String.raw`^(?!(?:${thisMachine}(?::[0-9]+)?|::1|true|false|null|none|[0-9]+)$)[a-zA-Z0-9_.-]+(?::[0-9]+)?$`,
  phone: '^[+]?[0-9 ()./-]{6,}$',
  /** Whatever its name is. */
  mailHost: String.raw`^(?:smtp|imap|pop3?|hooks?|webhooks?)[a-zA-Z0-9-]*(?:\.[a-zA-Z0-9-]+){2,}(?::[0-9]+)?$`,
  port: ':[0-9]+$',
} as const;

/** Members of JSON by their key, as PostgreSQL writes `jsonb`; without regard to capitals. The first group stays, and of a host its port. */
export const member = {
  secret: String.raw`("[^"\\]*(?:${secrets.replaceAll('_?', '[_-]?')})": ?)"(?:[^"\\]|\\.)+"`,
  host: String.raw`("(?:[^"\\]*[^a-z"\\]|[^"\\]*(?:${servers}|api))?(?:host|host[_-]?name|relay|endpoint)": ?)"(?!(?:${thisMachine}(?::[0-9]+)?|::1|true|false|null|none|[0-9]+)")[a-zA-Z0-9_.-]+(:[0-9]+)?"`,
} as const;

/** `smtpHost`, `SMTP_HOST` and `smtp.host` are one. */
export const nameWords = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_');

export type Reach = 'url' | 'email' | 'key' | 'host' | 'secret' | 'phone';

/** A server that a member of JSON names. */
export const namesHost = (json: string): boolean => test(member.host, json, 'i');

const compiled = new Map<string, RegExp>();
function test(pattern: string, text: string, flags = ''): boolean {
  const key = `${flags} ${pattern}`;
  const shape = compiled.get(key) ?? new RegExp(pattern, flags);
  compiled.set(key, shape);
  return shape.test(text);
}

/** How a setting reaches outside; null when it does not. */
export function reachOf(name: string, value: string): Reach | null {
  const words = nameWords(name);
  for (const kind of ['url', 'email', 'key'] as const) if (test(inside[kind], value)) return kind;
  for (const kind of ['secret', 'host', 'phone'] as const)
    if (test(named[kind], words) && test(whole[kind], value)) return kind;
  return test(whole.mailHost, value) || namesHost(value) ? 'host' : null;
}

/** What is found inside, of all values. */
export const foundInside = (kind: keyof typeof inside, text: string): readonly string[] =>
  text.match(new RegExp(inside[kind], 'g')) ?? [];

const purposes: readonly (readonly [string, RegExp])[] = [
  ['payment', /stripe|paypal|adyen|mollie|braintree|klarna|square|payment|checkout|billing|(?:sk|rk|pk)_live/i],
  ['mail', /smtp|mail|sendgrid|postmark|sparkpost|brevo|resend|amazonses|^SG\./i],
  ['messaging', /twilio|slack|telegram|whatsapp|discord|vonage|nexmo|messagebird|sms|push|fcm|xox[a-z]-|phone/i],
  ['webhook', /hook|callback|notify|ipn|postback/i],
];

/** For people: what would happen through it. */
export const purposeOf = (name: string, value: string): string =>
  purposes.find(([, shape]) => shape.test(name) || shape.test(value))?.[0] ?? 'address';

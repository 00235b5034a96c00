/**
 * The forms in which a secret turns up in output, as binary (latin1) strings of bytes without line ends: raw, base64 at each of
 * the three offsets, hex, URL, JSON, HTML and shell forms. Encoded twice, reversed or compressed it cannot be found.
 */
export function secretForms(secret: string): ReadonlySet<string> {
  const bytes = Buffer.from(secret);
  const texts = [secret, ...urlForms(secret), ...jsonForms(secret), ...htmlForms(secret), ...shellForms(secret)];
  const forms = new Set<string>();
  const add = (form: string): void => {
    const whole = form.replace(/[\r\n]/g, '');
    if (whole.length >= 6) forms.add(whole);
  };
  for (const text of texts) add(Buffer.from(text).toString('latin1'));
  for (const form of base64Forms(bytes)) add(form);
  add(bytes.toString('hex'));
  add(bytes.toString('hex').toUpperCase());
  return forms;
}

/** Whatever surrounds the secret, the characters that only depend on its own bytes are the same. */
function base64Forms(bytes: Buffer): string[] {
  const forms: string[] = [];
  for (const before of [0, 1, 2]) {
    const padded = Buffer.concat([Buffer.alloc(before), bytes]);
    for (const encoding of ['base64', 'base64url'] as const) {
      const text = padded.toString(encoding);
      forms.push(text.slice(Math.ceil((before * 8) / 6), Math.floor((padded.length * 8) / 6)));
    }
  }
  const alone = bytes.toString('base64');
  return [...forms, alone, alone.replace(/=+$/, ''), bytes.toString('base64url')];
}

function urlForms(secret: string): string[] {
  const wellFormed = secret.toWellFormed();
  const component = encodeURIComponent(wellFormed);
  const strict = component.replace(/[!'()*]/g, percent);
  const form = new URLSearchParams([['', wellFormed]]).toString().slice(1);
  const password = new URL('http://x/');
  password.password = wellFormed;
  const forms = [component, strict, strict.replaceAll('~', '%7E'), component.replaceAll('%20', '+'), form];
  forms.push(
    encodeURI(wellFormed),
    password.password,
    Buffer.from(secret).toString('hex').replace(/../g, '%$&').toUpperCase(),
  );
  return forms.flatMap((text) => [text, text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]);
}

const percent = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
const unicode = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
const upperUnicode = (char: string): string => `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;

function jsonForms(secret: string): string[] {
  const plain = JSON.stringify(secret).slice(1, -1);
  const solidus = plain.replaceAll('/', '\\/');
  const forms = [plain, solidus];
  for (const escape of [unicode, upperUnicode]) {
    const ascii = plain.replace(/[\u007f-\uffff]/g, escape);
    forms.push(ascii, ascii.replaceAll('/', '\\/'), plain.replace(/[<>&]/g, escape), ascii.replace(/[<>&]/g, escape));
    forms.push(plain.replace(/[<>&']/g, escape), plain.replace(/[<>&'+]/g, escape));
  }
  return [...forms, JSON.stringify(plain).slice(1, -1)];
}

function htmlForms(secret: string): string[] {
  const base = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const forms = [base, secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;')];
  for (const double of ['"', '&quot;', '&#34;', '&#x22;']) {
    for (const single of ["'", '&#39;', '&#x27;', '&apos;', '&#039;']) {
      const text = base.replaceAll('"', double).replaceAll("'", single);
      forms.push(text, text.replaceAll('`', '&#96;').replaceAll('=', '&#61;'));
      forms.push(text.replaceAll('/', '&#x2F;').replaceAll('`', '&#x60;').replaceAll('=', '&#x3D;'));
    }
  }
  return forms;
}

function shellForms(secret: string): string[] {
  const dollarQuoted = secret.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  return [
    secret.replaceAll("'", `'\\''`),
    secret.replaceAll("'", `'"'"'`),
    secret.replace(/["\\$`]/g, '\\$&'),
    secret.replace(/["\\$`!]/g, '\\$&'),
    secret.replace(/[^A-Za-z0-9_\-.,:/@%+=]/g, '\\$&'),
    secret.replace(/[^A-Za-z0-9_\-./@%+:]/g, '\\$&'),
    dollarQuoted,
    dollarQuoted.replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r'),
  ];
}

// What single values look like. Nothing here knows where they come from.

export const digitsOf = (text: string): string => text.replace(/\D/g, '');

export const passesLuhn = (digits: string): boolean => {
  const sum = Array.from(digits, Number)
    .toReversed()
    .reduce((all, digit, i) => all + (i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2), 0);
  return sum % 10 === 0;
};

/** How cards of the great issuers begin and how long they are: every tenth number of any kind has a right check digit. */
const ofIssuer =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|3(?:0|6|8|9)\d{12}|(?:35|6\d)\d{14})$/;
export const isCard = (text: string): boolean =>
  /^[\d -]{13,23}$/.test(text) && ofIssuer.test(digitsOf(text)) && passesLuhn(digitsOf(text));

/** With right check digits: a long word of capitals and digits is no account. */
export function isIban(text: string): boolean {
  const bare = text.replaceAll(' ', '');
  if (!/^[A-Z]{2}\d{2}[A-Z\d]{11,30}$/.test(bare)) return false;
  const turned = bare.slice(4) + bare.slice(0, 4);
  const rest = Array.from(turned).reduce((all, sign) => {
    const number = Number.parseInt(sign, 36);
    return (all * (number > 9 ? 100 : 10) + number) % 97;
  }, 0);
  return rest === 1;
}

const address = String.raw`[^\s@<>"(),;:]+@[^\s@<>"(),;:]+\.[\p{L}\d-]{2,}`;
const oneAddress = new RegExp(`^\\s*(?:"?[^"<>@]*"?\\s*<\\s*)?${address}\\s*>?\\s*$`, 'u');
const addresses = new RegExp(`^\\s*${address}(?:\\s*[,;]\\s*${address})*\\s*$`, 'u');
/** One, several, or one with its owner's name before it. */
export const isEmail = (text: string): boolean => oneAddress.test(text) || addresses.test(text);

export const isIp = (text: string): boolean =>
  /^(?:\d{1,3}\.){3}\d{1,3}(?:\/\d+)?$/.test(text) || /^[\da-f]{0,4}(?::[\da-f]{0,4}){2,7}(?:\/\d+)?$/i.test(text);

export const isUrl = (text: string): boolean => /^[a-z][a-z\d+.-]*:\/\/\S+$/i.test(text);

export const isPhone = (text: string): boolean =>
  /^\+?[\d\s()./-]{7,24}$/.test(text) && digitsOf(text).length >= 7 && !/^\d{4}-\d\d-\d\d/.test(text);

/** With the number of its country: nothing else begins with a plus. */
export const isFullPhone = (text: string): boolean => /^\+[1-9]/.test(text) && isPhone(text);
/** As the United States write it; nothing else is cut like this. */
export const isSocialSecurity = (text: string): boolean => /^\d{3}-\d\d-\d{4}$/.test(text);
/** More digits than anybody counts rows with, and no day or time. */
export const isLongNumber = (text: string): boolean => /^[1-9]\d{9,}$/.test(text);
/** A house in a street, a line of an envelope, or a telephone instead. */
export const isAddress = (text: string): boolean =>
  isFullPhone(text) || (/\p{L}{2}/u.test(text) && /(?:^|\s)\d+\w?(?:[\s,]|$)/.test(text) && text.length < 200);

const namePart = String.raw`(?:\p{Lu}[\p{L}'’.-]*|van|von|de|der|den|da|di|do|dos|la|le|el|al|bin)`;
const name = String.raw`\p{Lu}[\p{L}'’.-]+(?:,? ${namePart}){0,4}`;
const oneName = new RegExp(`^(?:${namePart} )?${name}$`, 'u');
const names = new RegExp(`^${name}(?:\\s*[,;/&]\\s*${name})*$`, 'u');
/** `Anna`, `Berg, Anna`, `Siobhán van der Meer`, also several; a title or a brand can look like one as well. */
export const isName = (text: string): boolean => oneName.test(text) || names.test(text);
export const isFullName = (text: string): boolean => isName(text) && /\p{L} \p{L}/u.test(text);

export const isUuid = (text: string): boolean => /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);

/** What people are called by machines: one word that is no number and no hash. */
export const isLogin = (text: string): boolean =>
  /^@?\p{L}[\p{L}\d._-]{1,60}(?:@[\p{L}\d.-]+)?$/u.test(text) && !/^[\da-f-]{16,}$/i.test(text);

/** Long, one word, letters and digits mixed as only a machine mixes them; no number of a row, no path, no date. */
export const isRandom = (text: string): boolean =>
  /^[\w+/=.$:~-]{16,}$/.test(text) &&
  /\d/.test(text) &&
  /[A-Za-z]/.test(text) &&
  !isUuid(text) &&
  !isUrl(text) &&
  !/^\d{4}-\d\d-\d\d/.test(text) &&
  !/[./-][a-z]{2,5}$/.test(text) &&
  longestWord(text) < Math.max(10, text.length / 3);

/** Of letters in a row; hexadecimal and base64 have short ones. */
const longestWord = (text: string): number =>
  Math.max(0, ...(text.match(/[a-z]+|[A-Z]+/g) ?? []).map((word) => word.length));

/** How passwords, keys, tokens and accounts of well-known makers begin. */
export const isSecret = (text: string): boolean =>
  /^(?:\$2[aby]?\$|\$argon2|\$?pbkdf2[\w-]*\$\d+\$.{12}|\$[156]\$|scrypt:|sk_(?:live|test)_|gh[pousr]_|xox[bp]-|ya29\.|(?:cus|sub|pm|ch|pi|acct|src|tok)_[A-Za-z\d]{12}|eyJ[\w-]{8,}|-----BEGIN [A-Z ]*PRIVATE KEY)/.test(
    text,
  );

export const hasLetters = (text: string): boolean => /\p{L}{2}/u.test(text);
export const hasDigit = (text: string): boolean => /\d/.test(text);
/** Running text, or text with something in it that `text` replaces. */
export const isSentence = (text: string): boolean =>
  /\S+@\S+\.\S+|\+?\d[\d ().-]{7,}\d/.test(text) || text.split(/\s+/).length > 4;
export const isProse = (text: string): boolean => text.length > 60 && text.split(/\s+/).length > 8;

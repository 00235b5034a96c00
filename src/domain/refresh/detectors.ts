// The kinds of personal data by name and value. The first that fits best wins; the particular stand before the general.
import type { MaskerName } from './maskers.ts';
import type { Family } from './source-schema.ts';
import type { Surroundings } from './surroundings.ts';
import * as shape from './value-shapes.ts';

export interface Detector {
  readonly masker: MaskerName;
  /** Of the whole name, in small letters with `_` between. */
  readonly name: RegExp;
  /** Values that go with the name; null: any. */
  readonly fits: ((text: string) => boolean) | null;
  /** Values that leave no doubt, whatever the name; null: there are none. */
  readonly tells: ((text: string) => boolean) | null;
  readonly families: readonly Family[];
  /** Fewer of the values than this share say nothing; default: any does. */
  readonly least?: number;
  /** Without values that go with it the name says nothing. */
  readonly isValueNeeded?: true;
  /** Only where the surroundings say so. */
  readonly where?: (around: Surroundings) => boolean;
}

const texts: readonly Family[] = ['text', 'text-array', 'json'];
const of = (masker: MaskerName, name: RegExp, rest: Partial<Detector> = {}): Detector => ({
  ...{ masker, name, fits: null, tells: null, families: texts },
  ...rest,
});
const isWord = (text: string): boolean => !/\s/.test(text) && text.length >= 3 && !/^(?:true|false)$/i.test(text);
const inPeople = ({ isOfPeople }: Surroundings): boolean => isOfPeople;
const inWriting = ({ isWritten }: Surroundings): boolean => isWritten;
const inSecrets = ({ isSecret }: Surroundings): boolean => isSecret;

const person =
  'author|contact|customer|client|partner|owner|holder|recipient|sender|member|employee|user|spouse|guest|patient|player|signer|guardian|parent|manager|creator|composer|artist|reviewer|assignee|submitter|reporter|poster|buyer|seller|referrer|cardholder|beneficiary|payer|payee|emergency_contact|friend|driver|passenger|attendee|doctor|teacher|student';
const secretWord =
  'token|secret|password|passwd|passwort|passphrase|pwd|pass|pass_?code|hash|digest|(?:api|access|auth|private|hashed|licen[cs]e|signing|encryption)_?key|sess(?:ion)?_?(?:id|key|data|token|value)|auth|otp|pin|salt|cookie|nonce|credential|authorization|p256dh|key_auth|code_(?:challenge|verifier)|webauthn_id|credential_id|invite_?id|device_?(?:id|token)|security_stamp';
const social =
  'facebook|twitter|instagram|linked_?in|github|gitlab|bluesky|mastodon|telegram|skype|tiktok|snapchat|xing|discord|threads|whatsapp|youtube|medium|pinterest|reddit';

const isAddressee = /(?:^|_)(?:recipient|sender|reply_to|(?:from|to|cc|bcc)_addresse?s?|e_?mail_(?:from|to|cc|bcc))$/;

export const detectors: readonly Detector[] = [
  of('email', new RegExp(`(?:^|_)e_?mails?(?:_address(?:es)?|_normalized)?$|(?:^|_)mail$|${isAddressee.source}`), {
    fits: shape.isEmail,
    tells: shape.isEmail,
  }),
  of('iban', /(?:^|_)(?:iban|acc(?:ount)?_(?:no|nr|number)|bank_account)$/, {
    fits: (text) => /^[A-Z]{2}\d{2}[A-Z\d ]{11,40}$/.test(text),
    tells: shape.isIban,
  }),
  of('card', /(?:^|_)(?:card|pan|card_(?:number|no))$|credit_?card/, { fits: shape.isCard, tells: shape.isCard }),
  of(
    'digits',
    /(?:^|_)(?:acc(?:ount)?_(?:no|nr|number)|bank_account|routing_number|last_?(?:4|four)|card_number|card_last_?\w+)$/,
    {
      fits: (text) => shape.hasDigit(text) && /^[\d xX*•-]+$/.test(text),
    },
  ),
  of(
    'token',
    new RegExp(
      `(?:^|_)(?:${secretWord})s?(?:_(?:hash|salt|digest|data|encrypted|value|secret|last_\\w+))?$|_encrypted$|(?:^|_)(?:backup|recovery|scratch|verification|confirmation|activation|invite|reset)_codes?$`,
    ),
    { fits: isWord, tells: shape.isSecret },
  ),
  of('token', /(?:^|_)value$/, {
    fits: (text) => shape.isRandom(text) || shape.isSecret(text),
    where: ({ isOfSettings }) => isOfSettings,
  }),
  of('token', /^(?:key|code|data|value|external_id|index|payload)$/, { fits: isWord, where: inSecrets }),
  of('token', /^name$/, { fits: shape.isRandom, where: inSecrets }),
  of(
    'token',
    /(?:^|_)(?:(?:external|federated|remote|broker|oauth|social|ldap)_(?:user_?)?(?:u?id|identifier)|provider_(?:uid|(?:user|account)_?id)|uid|sub|open_?id|(?:payment|provider|partner|transaction|customer|stripe)_?(?:ref(?:erence)?|customer_id|subscription_id))$/,
    {
      fits: (text) => /^[\w.:|@-]{5,}$/.test(text) && shape.hasDigit(text),
    },
  ),
  of('digits', /(?:^|_)(?:caller|callee|called|calling|dialed|from|to)(?:_?(?:id|number|no))?$/, {
    fits: (text) => shape.isFullPhone(text) || shape.isLongNumber(text),
    isValueNeeded: true,
  }),
  // A number of one's own row is no text: so many digits in a text are somebody's number at another service.
  of('token', /(?:^|_)id$/, { fits: shape.isLongNumber, isValueNeeded: true }),
  of('token', /(?:^|_)sid$/, { fits: shape.isRandom, isValueNeeded: true }),
  of('token', /^(?:identifier|external_(?:id|identifier)|foreign_id)$/, {
    fits: (text) => /^[\w.:|@-]{8,}$/.test(text) && shape.hasDigit(text),
    where: inPeople,
  }),
  of('ip', /(?:^|_)ips?(?:_?(?:addr(?:ess)?|v4|v6))?$|(?:^|_)(?:remote|client|peer)_addr(?:ess)?$/, {
    ...{ fits: shape.isIp, tells: shape.isIp },
    families: [...texts, 'network'],
  }),
  of('mac', /(?:^|_)mac(?:_?addr(?:ess)?)?$/, { families: ['mac'] }),
  of('given-name', /(?:^|_)(?:first_?name|given_?name|forename|middle_?name|fname|mname|vorname)$/, {
    fits: shape.isName,
  }),
  of('given-name', /(?:^|_)nick_?name$/, {
    fits: shape.hasLetters,
    where: ({ isOfPeople, isSecret }) => isOfPeople || isSecret,
  }),
  of('family-name', /(?:^|_)(?:last_?name|family_?name|surname|lname|nachname|maiden_?name)$/, {
    fits: (text) => shape.isName(text) || shape.isName(`A ${text}`),
  }),
  of('company', /(?:^|_)(?:company|employer|organi[sz]ation|org|business|firm)(?:_?name)?$/, {
    fits: shape.hasLetters,
  }),
  of('company', /^(?:name|display_?name|legal_?name|alias)$/, {
    fits: shape.hasLetters,
    where: ({ isOfFirms }) => isOfFirms,
  }),
  of(
    'full-name',
    new RegExp(
      `(?:^|_)(?:${person})(?:_(?:complete|full|display|real))?_?name$|(?:^|_)(?:real_?name|${person}|signed_by|referred(?:_by)?|person)$`,
    ),
    { fits: shape.isName },
  ),
  of('full-name', /^(?:name|full_?name|display_?name|complete_?name|acct)$/, { fits: shape.isName, where: inPeople }),
  of('full-name', /(?:^|_)(?:full_?name|complete_?name)$/, { fits: shape.isFullName }),
  of('token', /(?:^|_)(?:user_?name(?:_lower)?|login|login_?name|handle|screen_?name|nick_?name|nice_?name|acct)$/, {
    fits: (text) => shape.isLogin(text) || shape.isEmail(text),
  }),
  of(
    'token',
    new RegExp(
      `(?:^|_)(?:${person})(?:_?name)?$|(?:^|_)user$|(?:^|_)(?:created|updated|modified|changed|approved|assigned|deleted)_by$`,
    ),
    { fits: shape.isLogin },
  ),
  of('token', /^(?:name|lower_?name|slug)$/, { fits: shape.isLogin, where: inPeople }),
  of('url', new RegExp(`(?:^|_)(?:${social})(?:_(?:profile|url|page|link|id))?$`), { fits: shape.isUrl }),
  of('token', new RegExp(`(?:^|_)(?:${social})(?:_(?:handle|name|user_?name|profile|id))?$`), { fits: isWord }),
  of(
    'digits',
    /(?:^|_)(?:phone|mobile|tel|telephone|cell|fax|msisdn|whatsapp|sms)(?:_?(?:number|no|nr|sanitized|normalized|e164))?s?$/,
    { fits: shape.isPhone, tells: shape.isFullPhone },
  ),
  of('digits', /^ext(?:ension)?$/, { fits: (text) => /^\d{2,6}$/.test(text), where: inPeople }),
  of(
    'digits',
    /(?:^|_)(?:ssn?(?:_?id)?|sin(?:_?id)?|nino|national_(?:id|number)|(?:federal_?)?tax_?(?:id|no|number)|vat(?:_?(?:id|no|number))?|npi|nhs_?(?:no|number)|social_security(?:_(?:no|number))?|insurance_(?:no|number)|(?:employee|student|patient|member)_(?:no|number))$/,
    {
      fits: (text) => /^[\d\s./-]{5,30}$/.test(text),
      tells: shape.isSocialSecurity,
    },
  ),
  of(
    'token',
    /(?:^|_)(?:ssn(?:_?id)?|sin(?:_?id)?|nino|national_(?:id|number)|(?:federal_?)?(?:tax|drug)_?(?:id|no|number)|vat(?:_?(?:id|no|number))?|upin|dea|mrn|passport(?:_?(?:id|no|number))?|identification(?:_?(?:id|no|number))?|id_(?:card|number)|permit_?(?:no|number)|visa_?(?:no|number)|licen[cs]e_?(?:no|number|plate)|drivers?_?licen[cs]e|company_registry|registration_?(?:no|number)|insurance_(?:no|number))$/,
    {
      fits: (text) => shape.hasDigit(text) && text.length <= 40,
    },
  ),
  of('street', /(?:^|_)(?:street_?[\da-c]?|address(?:_?(?:line)?_?\d?)?|addr|addr_?\d|line_?\d)$/, {
    fits: shape.hasLetters,
  }),
  of('place', /(?:^|_)(?:city|town|suburb|birth_?place|place_of_birth|district|county|hometown)$/, {
    fits: shape.hasLetters,
  }),
  of('place', /(?:^|_)location$/, { fits: (text) => shape.hasLetters(text) && !text.includes('/'), where: inPeople }),
  of('text', /(?:^|_)location$/, { fits: shape.isAddress, isValueNeeded: true }),
  of('digits', /(?:^|_)(?:zip|zip_?code|postal_?code|post_?code|plz)$/, { fits: shape.hasDigit }),
  of(
    'url',
    /(?:^|_)(?:url|uri|link|permalink|website|homepage|webhook|callback|avatar|endpoint|picture|image|photo)(?:_(?:url|path))?s?$/,
    {
      ...{ fits: shape.isUrl, tells: shape.isUrl },
    },
  ),
  of(
    'id',
    /(?:^|_)(?:phone|mobile|tel|telephone|cell|fax|msisdn|ssn|social_security|national_id|passport|card_number|account_number)(?:_?(?:number|no|nr))?$/,
    { families: ['whole'] },
  ),
  of(
    'date-shift',
    /(?:^|_)(?:dob|birth_?(?:date|day)|date_of_birth|born(?:_on|_at)?|death_?date|deceased_(?:on|at))$/,
    { families: ['day'] },
  ),
  of(
    'band',
    /(?:^|_)(?:salary|income|wages?|compensation|net_?worth)(?:_|$)|(?:^|_)(?:balance|pay|pay_(?:rate|grade)|bonus)$/,
    {
      families: ['whole', 'fraction'],
    },
  ),
  of('digits', /(?:^|_)(?:salary|income|wages?|net_?worth)$/, { fits: (text) => /^\d[\d.,]*$/.test(text) }),
  of('band', /(?:^|_)(?:lat|lng|lon|long|latitude|longitude)$/, { families: ['fraction'] }),
  of(
    'bytes',
    /(?:^|_)(?:avatar|photo|picture|image|selfie|fingerprint|signature|scan|thumbnail)(?:_(?:data|bytes|blob))?$/,
    { families: ['bytes'] },
  ),
  of('bytes', new RegExp(`(?:^|_)(?:${secretWord})s?(?:_(?:data|encrypted|value))?$`), { families: ['bytes'] }),
  of('bytes', /^(?:key|data|value)$/, { families: ['bytes'], where: inSecrets }),
  of(
    'text',
    /(?:^|_)(?:notes?|comments?|body|message|bio|remarks?|content|text|transcript|feedback|raw|cooked|plain_?text|narration|phrase|query|search_?term|term|about|answer|question|signature|subject|spoiler)(?:_(?:html|text|raw|cooked|plain|source))?s?$/,
    { fits: shape.hasLetters },
  ),
  of('text', /(?:^|_)(?:raw|search)_(?:data|text)$/, { fits: shape.hasLetters }),
  of('text', /^(?:\w+_)?value$/, {
    fits: (text) => shape.hasLetters(text) || shape.isPhone(text),
    where: ({ isAboutPeople }) => isAboutPeople,
  }),
  of('text', /^(?:(?:old|new)_)?(?:title|name|excerpt|options|headline)$/, {
    fits: shape.hasLetters,
    where: inWriting,
  }),
  of('text', /(?:^|_)(?:description|title|summary|reason|review|details|caption|excerpt|html)$/, {
    fits: shape.isSentence,
    least: 0.3,
  }),
];

/** Named like a number, a file or a sum: what looks random there opens nothing. */
export const isNumbered =
  /ids?$|(?:^|_)(?:sha\d*|md5\w*|checksum|commit|revision|etag|fingerprint|slug|path|file|f?name|filename|fname|avatar|blurhash|version|public_key|key_id|location|url|uri|identifier|ref|sum|by)$|(?:^|_)(?:sha\d*|md5)(?:_|$)/;

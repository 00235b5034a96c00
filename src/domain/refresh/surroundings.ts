// What stands around a column or a key of JSON and tells what it is about: `name` of a customer is somebody's, `name` of a product is not.

export interface Surroundings {
  /** Rows are people, or have somebody's address or telephone beside. */
  readonly isOfPeople: boolean;
  /** People are spoken of: attributes of users, fields of members. */
  readonly isAboutPeople: boolean;
  /** Rows are firms. */
  readonly isOfFirms: boolean;
  /** Rows were written by people: posts, messages, reviews. */
  readonly isWritten: boolean;
  /** Rows are settings by name; some of them open something. */
  readonly isOfSettings: boolean;
  /** Rows open something: sessions, tokens, invitations. */
  readonly isSecret: boolean;
}

export const nowhere: Surroundings = {
  ...{
    isOfPeople: false,
    isAboutPeople: false,
    isOfFirms: false,
    isWritten: false,
    isOfSettings: false,
    isSecret: false,
  },
};

/** Words that others are run together with: `userid`, `mfasecret`. */
const runTogether =
  /(?<=[a-z]{2})(?=(?:secret|token|password|passwd|name|email|phone|address|number|key|code|data|uri|url|hash|info|value)s?$)/;
const oneWord = /(?:^|_)(?:surname|forename|password)s?$/;

/** `userEmail`, `USER_EMAIL`, `user-email` and `useremail` are one. */
export function asWords(name: string): string {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/[^\p{L}\d]+/gu, '_')
    .replace(/^_|_$/g, '')
    .toLowerCase();
  return oneWord.test(words) ? words : words.replace(runTogether, '_');
}

const people =
  /(?:^|_)(?:user|customer|client|member|person|people|employee|staff|actor|author|contact|guest|patient|student|teacher|partner|supplier|vendor|applicant|candidate|lead|subscriber|recipient|sender|profile|passenger|driver|owner|visitor|friend|follower|buyer|seller|player|attendee|participant|tenant|resident|citizen|pupil|donor|doctor|nurse|agent|manager|account|identity|pusher|committer|reviewer|assignee)(?:e?s)?$|user$/;
const aboutPeople =
  /(?:^|_)(?:user|customer|client|member|person|people|employee|staff|contact|patient|student|profile)s?(?:_|$)/;
const firms =
  /(?:^|_)(?:org|organi[sz]ation|company|firm|supplier|vendor|employer|business|merchant|tenant)(?:e?s)?$|companies$|businesses$/;
const beside =
  /^(?:e_?mail(?:_address)?|phone(?:_number)?|mobile|first_?name|last_?name|given_?name|family_?name|surname|birth_?(?:day|date)|date_of_birth|user_?name|login)$/;
const writtenBeside = /^(?:raw|body|text|content|message|html|markdown)$/;
const written =
  /(?:(?:^|_)(?:topic|issue|thread|note|appeal|report|chat|conversation|question|answer|task|poll|draft|article|request|inquiry|complaint|lead|list|wishlist|mention|reply|letter)|^status|post|comment|message|mail|review|ticket|feedback)(?:e?s)?$/;
const settings =
  /(?:^|_)(?:setting|option|config|configuration|system|parameter|property|propertie|preference|registry|env|variable)s?$/;
const secret =
  /(?:session|token|invite|invitation|confirmation|verification|reset|credential|secret|api_?key|two_factor|second_factor|otp|webauthn|security_key|brute)(?:s|_credentials?)?$/;

/** `name`: of the table, or of the key that the object stands at. `siblings`: columns, or keys of the same object. */
export function surroundingsOf(name: string, siblings: readonly string[]): Surroundings {
  const words = asWords(name.split('.').at(-1)!.replaceAll('"', ''));
  const has = (shape: RegExp): boolean => siblings.some((sibling) => shape.test(asWords(sibling)));
  return {
    isOfPeople: people.test(words) || has(beside),
    isAboutPeople: aboutPeople.test(words),
    isOfFirms: firms.test(words),
    isWritten: written.test(words) || has(writtenBeside),
    isOfSettings: settings.test(words),
    isSecret: secret.test(words),
  };
}

/** What either says. */
export const either = (one: Surroundings, other: Surroundings): Surroundings => ({
  isOfPeople: one.isOfPeople || other.isOfPeople,
  isAboutPeople: one.isAboutPeople || other.isAboutPeople,
  isOfFirms: one.isOfFirms || other.isOfFirms,
  isWritten: one.isWritten || other.isWritten,
  isOfSettings: one.isOfSettings || other.isOfSettings,
  isSecret: one.isSecret || other.isSecret,
});

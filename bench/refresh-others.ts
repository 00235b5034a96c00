/** How others mask: rules for sed over a dump, and expressions of SQL in the source. Neither keeps what Greenroom keeps; they are here for their speed. */
export const sedRules: readonly string[] = [
  String.raw`s/@[A-Za-z0-9.-]+\.(com|net|org|io|dev|co\.uk)/@example.com/g`,
  String.raw`s/\+1 ?\(?[0-9]{3}\)? ?[0-9]{3}[- ]?[0-9]{4}/+1 555 555 0100/g`,
  String.raw`s/([0-9]{1,3}\.){3}[0-9]{1,3}/10.0.0.1/g`,
  String.raw`s/\$2[aby]\$[0-9]{2}\$[0-9A-Za-z.\/]+/$2b$12$masked/g`,
  's/[0-9]+ Main Street/1 Test Street/g',
];

const hashed = (value: string): string => `encode(sha256(convert_to('a key' || lower(${value}), 'UTF8')), 'hex')`;
const email = (value: string): string => `'u' || substr(${hashed(value)}, 1, 20) || '@example.com'`;
const name = (value: string): string =>
  `initcap(translate(substr(${hashed(value)}, 1, 7), '0123456789', 'klmnopqrst'))`;
const digits = (value: string): string =>
  `regexp_replace(${value}, '[0-9]{3}(.*)[0-9]{3}(.*)[0-9]{4}', '555\\1' || lpad((hashtextextended(${value}, 7) & 511)::text, 3, '0') || '\\2' || lpad((hashtextextended(${value}, 8) & 8191)::text, 4, '0'))`;
const text = (value: string): string =>
  `regexp_replace(regexp_replace(${value}, '[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[a-z]+', 'user@example.com', 'g'), '\\+1 ?\\(?[0-9]{3}\\)? ?[0-9]{3}[- ]?[0-9]{4}', '+1 555 555 0100', 'g')`;
const ip = (value: string): string =>
  `'10.' || (hashtextextended(${value}, 1) & 255) || '.' || (hashtextextended(${value}, 2) & 255) || '.' || (hashtextextended(${value}, 3) & 255)`;
const set = (value: string, ...paths: readonly (readonly [string, string])[]): string =>
  paths.reduce((inner, [where, made]) => `jsonb_set(${inner}, '${where}', to_jsonb(${made}))`, value);

/** By table; the columns in their order, without generated ones. Of `events` one for each partition. */
export const maskedQueries: Readonly<Record<string, string>> = {
  orgs: `SELECT id, 'Org ' || substr(${hashed('name')}, 1, 10), slug, ${email('billing_email')}, plan, owner_user_id, ${set('settings', ['{contact,email}', email("settings#>>'{contact,email}'")], ['{contact,phone}', "'+1 555 555 0100'::text"])}, created_at FROM orgs`,
  users: `SELECT id, org_id, ${email('email')}, ${name('first_name')}, ${name('last_name')}, ${digits('phone')}, dob - (hashtextextended(dob::text, 1) & 63)::int, (${ip('ip::text')})::inet, (hashtextextended(address, 1) & 8191) || ' Test Street', tags,
    CASE WHEN alt_emails IS NOT NULL THEN (SELECT array_agg(${email('e')}) FROM unnest(alt_emails) e) END, '$2b$12$masked'::text, CASE WHEN avatar IS NOT NULL THEN sha256(avatar) END,
    ${set('profile', ['{email}', email("profile->>'email'")], ['{name}', name("profile->>'name'")], ['{address,street}', "'1 Test Street'::text"])} || '{"contacts":[]}', ${text('bio')}, is_admin, created_at FROM users`,
  sessions: `SELECT id, user_id, (${ip('ip::text')})::inet, user_agent, ${hashed('token')}, started_at, ended_at FROM sessions`,
  transcripts: `SELECT id, user_id, org_id, ${text('title')}, ${text('body')}, lang, duration_s, created_at FROM transcripts`,
  events: `SELECT id, org_id, user_id, kind, ${set('payload', ['{ip}', ip("payload->>'ip'")], ['{actor,email}', email("payload#>>'{actor,email}'")], ['{actor,name}', name("payload#>>'{actor,name}'")])}, amount, created_at FROM events`,
  invitations: `SELECT id, ${email('inviter_email')}, ${email('email')}, org_id, accepted_at FROM invitations`,
};

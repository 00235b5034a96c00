// What can be done to a value. Below 32 to text wherever it stands (a column, an array, JSON); from 32 on to values of one type.
export const KEEP: i32 = 0;
export const NULL: i32 = 1;
export const FIXED: i32 = 2;
export const EMAIL: i32 = 3;
export const GIVEN_NAME: i32 = 4;
export const FAMILY_NAME: i32 = 5;
export const FULL_NAME: i32 = 6;
export const COMPANY: i32 = 7;
export const STREET: i32 = 8;
export const PLACE: i32 = 9;
export const DIGITS_ONLY: i32 = 10;
export const TOKEN: i32 = 11;
export const TEXT: i32 = 12;
export const IP_TEXT: i32 = 13;
export const URL_TEXT: i32 = 14;
export const CARD: i32 = 15;
export const IBAN: i32 = 16;
/** A number of JSON, whose first digit must not become 0. */
export const JSON_NUMBER: i32 = 17;

export const ID: i32 = 32;
export const UUID: i32 = 33;
export const DATE: i32 = 34;
export const TIMESTAMP: i32 = 35;
export const BAND_INTEGER: i32 = 36;
export const BAND_FLOAT: i32 = 37;
export const BAND_NUMERIC: i32 = 38;
export const INET: i32 = 39;
export const MAC: i32 = 40;
export const BYTES: i32 = 41;
export const JSON_TEXT: i32 = 48;
export const JSON_BINARY: i32 = 49;
export const TEXT_ARRAY: i32 = 50;

// Of a column of the copy that is looked through: how its values are written.
export const LOOK_TEXT: i32 = 64;
export const LOOK_JSON: i32 = 65;
export const LOOK_JSON_BINARY: i32 = 66;
export const LOOK_INTEGER: i32 = 67;
export const LOOK_UUID: i32 = 68;
/** With its zone, which is UTC, and without. */
export const LOOK_INSTANT: i32 = 69;
export const LOOK_TIMESTAMP: i32 = 70;
export const LOOK_DATE: i32 = 71;
/** Every value is for others to read. */
export const LOOK_ELSEWHERE: i32 = 72;
export const LOOK_BYTES: i32 = 73;
/** No value is looked at, however long. */
export const LOOK_NOTHING: i32 = 74;
export const LOOK_ADDRESS: i32 = 75;
// What is gathered of a text: the forms of a whole, or of its parts. In the three lowest bits stands what has masked it, see look-at.ts of refresh.
export const GATHER_FORMS: i32 = 80;
export const GATHER_PARTS: i32 = 88;
/** Of an object of JSON: its keys alone. */
export const GATHER_KEYS: i32 = 96;
/** Forms, and what first words tell. */
export const GATHER_STREETS: i32 = 104;
/** Of a number of an account, whose digits alone tell it. */
export const IBAN_ORIGIN: i32 = 4;
/** Of running text. */
export const TEXT_ORIGIN: i32 = 6;

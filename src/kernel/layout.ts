// Where what lies in the kernel's memory. Pages that nobody touches cost no memory.

/** 16 bytes each. */
export const KEY_EMAIL: i32 = 0x1000;
export const KEY_EMAIL_MORE: i32 = 0x1010;
export const KEY_NAME: i32 = 0x1020;
export const KEY_DIGITS: i32 = 0x1030;
export const KEY_TOKEN: i32 = 0x1040;
export const KEY_ID: i32 = 0x1050;
export const KEY_UUID: i32 = 0x1060;
export const KEY_PLACE: i32 = 0x1070;
export const KEY_DATE: i32 = 0x1080;
export const KEY_NUMBER: i32 = 0x1090;
export const KEY_NETWORK: i32 = 0x10a0;
export const KEY_BYTES: i32 = 0x10b0;
export const KEY_BANK: i32 = 0x10c0;
/** Of the set of originals; never the key of a masker, or a masked value would point at where it came from. */
export const KEY_LEAK: i32 = 0x10d0;

/** A record of 16 bytes a column: operation, parameter, flags, free. */
export const PROGRAM: i32 = 0x2000;
export const MOST_COLUMNS: i32 = 1664;

/** What a byte of free text may be part of; see character.ts. */
export const CHARACTER: i32 = 0x9000;

/** Of the forms that are looked for: what a byte of text may be part of, and how many bits of a hash say nothing of its place in the filter. */
export const SIGN: i32 = 0x9200;
export const FILTER_SHIFT: i32 = 0x9300;
/** Of those that are gathered: how many lie there, and a bit for each number of words that they have. */
export const GATHERED_COUNT: i32 = 0x9304;
export const WORD_COUNTS: i32 = 0x9308;
/** Where the last words of a text begin and end: 8 times 8 bytes. */
export const LAST_WORDS: i32 = 0x9340;
/** For each number of different signs, how many signs a form has at least; and which signs the form at hand has, 256 bytes. */
export const FEWEST_SIGNS: i32 = 0x9400;
export const SEEN_SIGNS: i32 = 0x9480;
/** What a byte of text stands for as a sign of Base64, and as a digit of hexadecimal: 256 bytes each, 255 where it is none. */
export const SEXTETS: i32 = 0x9600;
export const NIBBLES: i32 = 0x9700;

/** Words of made-up syllables, 16 bytes each: how long, then the bytes. */
export const GIVEN: i32 = 0x10000;
export const GIVEN_COUNT: i32 = 1024;
export const FAMILY: i32 = 0x14000;
export const FAMILY_COUNT: i32 = 4096;

/** What a hash is taken of when it does not lie in the input: 64 bytes for blocks, then a folded value. */
export const BLOCK: i32 = 0x26000;
export const FOLDED: i32 = 0x26040;
export const FOLDED_BYTES: i32 = 4096;

/** What each byte may become when a value is permuted: four tables of 256 numbers of four bytes. */
export const SYMBOLS: i32 = 0x28000;

/** Constants and JSON paths of the programs. */
export const PARAMETERS: i32 = 0x30000;
export const PARAMETERS_END: i32 = 0x100000;

/** Names known from the columns of names: 2^16 slots of 8 bytes. */
export const NAMES: i32 = 0x100000;
export const NAMES_SLOTS: i32 = 0x10000;
export const NAMES_COUNT: i32 = 0x9100;

/** Symbols of one value while it is permuted: two halves, each behind 8 bytes of its own, and how many letters each symbol has to choose from. */
export const LEFT: i32 = 0x180008;
export const RIGHT: i32 = 0x190010;
export const CHOICES: i32 = 0x1a0020;
export const MOST_SYMBOLS: i32 = 0xffff;
/** Where in the value each symbol stands, and the first of those that it may become (in the lowest 8 bits). */
export const PLACES: i32 = 0x1b0040;

export const OUTPUTS: i32 = 0x200000;
export const OUTPUT_BYTES: i32 = 0x80000;
export const OUTPUT_COUNT: i32 = 8;

/** A masked value must lie here whole; one that is kept flows through. */
export const INPUT: i32 = 0x800000;
export const INPUT_END: i32 = 0x2000000;
export const LONGEST_VALUE_BYTES: i32 = 0x1000000;

/** A text of JSON without its escapes, while it is masked. */
export const UNESCAPED: i32 = 0x2000000;
export const UNESCAPED_BYTES: i32 = 0x1000000;

/** For the rare value that does not fit into an output. */
export const LARGE_OUTPUT: i32 = 0x3000000;
export const LARGE_OUTPUT_BYTES: i32 = 0x4000000;

/** Whoever looks through a copy masks nothing meanwhile: the text that is looked at, what is joined of it, and a filter of hashes. */
export const LOOKED: i32 = 0x3000000;
export const JOINED: i32 = 0x4100000;
/** What a part of a text stands for, in the place of the outputs: bytes that were written in another way. */
export const DECODED: i32 = 0x200000;
export const DECODED_BYTES: i32 = 0x400000;
export const FILTER: i32 = 0x5200000;
export const MOST_FILTER_BYTES: i32 = 0x800000;
/** While forms are gathered, their hashes lie in the place of the filter, of 8 bytes each, with the lowest first. */
export const GATHERED: i32 = 0x5200000;
export const MOST_GATHERED: i32 = 0x2000;
/** A bit for each of what is known of their lengths and ends: of each length so many, and those that are longer share theirs. */
export const ENDS: i32 = 0x5a00000;
export const ENDS_OF_LENGTH_BITS: i32 = 0x1000;
export const ENDS_BITS: i32 = 0x60000;
/** Behind them, for the last two signs of words: a bit for each length that such a form has; what is longer counts as that long. */
export const RUN_LENGTHS: i32 = 64;
export const RUN_TAILS: i32 = 0x1000;
export const KNOWN_BITS: i32 = ENDS_BITS + RUN_LENGTHS * RUN_TAILS;
/** Hashes that were gathered last, of 8 bytes each, so that none is kept again and again. */
export const LATEST: i32 = 0x5a20000;
export const LATEST_COUNT: i32 = 0x2000;

export const MEMORY_BYTES: i32 = 0x7000000;

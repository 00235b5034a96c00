import { allowedPairs, closedPairs, doors, floors, handedIn, longestFileLines, plugRooms, roof } from './floors.ts';
import { isCode, type Import, type SourceFile } from './house.ts';

/** A rule answers what breaks it, one line each; nothing when it is kept. */
export type Rule = (house: readonly SourceFile[]) => readonly string[];

const floorOf = (room: string): number | null => floors.find(({ rooms }) => rooms.includes(room))?.floor ?? null;

/** Only lower floors, the own room, and the pairs of the table. */
export const floorsAreKept: Rule = (house) =>
  house.filter(isCode).flatMap((file) => {
    if (roof.includes(file.path)) return [];
    const own = floorOf(file.room);
    if (own === null) return [`${file.path} stands in a room that ARCHITECTURE.md does not know`];
    return file.imports
      .filter(({ to }) => !isPackage(to) && !mayUse(file.room, own, to))
      .map(({ to }) => `${file.path} may not use ${to}`);
  });

function mayUse(room: string, own: number, to: string): boolean {
  const target = to.split('/')[0]!;
  if (target === room || allowedPairs.some((pair) => pair.from === room && pair.to === target)) return true;
  const floor = floorOf(target);
  return floor !== null && floor < own;
}

/** Pairs of which only the types may be used. */
export const closedPairsAreClosed: Rule = (house) =>
  house
    .filter(isCode)
    .flatMap((file) =>
      file.imports
        .filter(
          ({ to, isType }) => !isType && closedPairs.some((pair) => pair.from === file.room && isBelow(to, pair.to)),
        )
        .map(({ to }) => `${file.path} may use only types of ${to}`),
    );

const isBelow = (file: string, room: string): boolean => file === room || file.startsWith(`${room}/`);

/** Raw clients only behind the doors; the domain has no packages at all. */
export const clientsStayBehindDoors: Rule = (house) =>
  house
    .filter(isCode)
    .flatMap((file) =>
      file.imports.filter((each) => !mayHold(file, each)).map(({ to }) => `${file.path} may not hold ${to}`),
    );

function mayHold({ room }: SourceFile, { to }: Import): boolean {
  if (!isPackage(to)) return true;
  if (room === 'domain') return false;
  const door = doors.find(({ modules }) => modules.some((name) => isBelow(to, name)));
  return door === undefined || door.rooms.includes(room);
}

const isPackage = (to: string): boolean => !to.endsWith('.ts');

const outside =
  /(?<![.\w])(?:Date\.now\(|new Date\(\)|performance\.|Math\.random\(|setTimeout\(|setInterval\(|fetch\(|process\.(?!\w+\.run\b))/g;

/** No clock, chance, network or process of one's own where they are handed in. */
export const outsideIsHandedIn: Rule = (house) =>
  house
    .filter((file) => isCode(file) && handedIn.includes(file.room))
    .flatMap((file) =>
      [...file.code.matchAll(outside)].map(([found]) => `${file.path} uses ${found.replace(/[(.]$/, '')} of its own`),
    );

/** The domain only computes: what waits does not belong there. */
export const domainDoesNotWait: Rule = (house) =>
  house
    .filter((file) => isCode(file) && file.room === 'domain')
    .flatMap((file) =>
      [...file.code.matchAll(/\b(?:async|await|Promise)\b/g)].map(([found]) => `${file.path} waits (${found})`),
    );

/** One file is one plug: with its test, its page, and its line in the register. */
export const plugsAreWhole: Rule = (house) => {
  const register = house.find((file) => file.path === 'plugs.ts');
  return house
    .filter((file) => isCode(file) && plugRooms.includes(file.room) && file.path.split('/').length === 2)
    .flatMap((plug) => {
      const stem = plug.path.replace(/\.ts$/, '');
      const has = (name: string): boolean => house.some((file) => file.path === name);
      return [
        ...(has(`${stem}.test.ts`) ? [] : [`${plug.path} has no test`]),
        ...(has(`${stem}.md`) ? [] : [`${plug.path} has no page`]),
        ...(register?.imports.some(({ to }) => to === plug.path) ? [] : [`${plug.path} is not registered in plugs.ts`]),
      ];
    });
};

const quantities = ['timeout', 'delay', 'duration', 'size', 'interval', 'age', 'budget', 'grace', 'ttl', 'patience'];
const unitlessName = [
  ...quantities,
  ...quantities.map((word) => `\\w*${word[0]!.toUpperCase()}${word.slice(1)}`),
  ...quantities.map((word) => `(?:\\w*_)?${word.toUpperCase()}`),
].join('|');
/** Fields of types, and exported constants. */
const unitless = new RegExp(
  String.raw`(?:^\s*|[{;]\s*)(?:readonly )?(${unitlessName})\??: number\s*[;}|]|^export const (${unitlessName}) = [\d_]+`,
  'gm',
);

/** A time or a size says what it is counted in: `timeoutMs`, `sizeBytes`. */
export const numbersCarryUnits: Rule = (house) =>
  house
    .filter(isCode)
    .flatMap((file) =>
      [...file.code.matchAll(unitless)].map((found) => `${file.path} does not say the unit of ${found[1] ?? found[2]}`),
    );

const empty = /^(?:utils?|helpers?|common|misc|managers?|base|handlers?)$/;

/** Names that say nothing about what is inside. */
export const namesSaySomething: Rule = (house) =>
  house
    .filter(
      (file) =>
        isCode(file) &&
        file.path
          .replace(/\.ts$/, '')
          .split(/[/-]/)
          .some((word) => empty.test(word)),
    )
    .map((file) => `${file.path} has a name that says nothing`);

export const filesAreShort =
  (limit: number = longestFileLines): Rule =>
  (house) =>
    house
      .filter((file) => isCode(file) && file.lineCount > limit)
      .map((file) => `${file.path} has ${file.lineCount} lines, more than ${limit}`);

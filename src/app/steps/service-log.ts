import { slotOf, type Site } from '../site.ts';

/** What is known of the log of a service of this colour. */
export interface ServiceLog {
  /** Its last lines; empty where nothing was written, or a platform keeps it that does not tell. */
  readonly text: string;
  /** The file it is written to; null where a platform keeps it. */
  readonly file: string | null;
}

const tailLines = 40;

/** Told by the driver where it has no file of ours. */
export async function serviceLog(site: Site, service: string): Promise<ServiceLog> {
  const { driver, effects, directory, colour } = site;
  if (driver.lastLines) {
    const told = await driver.lastLines(slotOf(site, colour, site.release, 0, 'observe'), service);
    return { text: told.slice(-tailLines).join('\n'), file: null };
  }
  const lines: string[] = [];
  const file = fileOf(directory, colour, service);
  const read = await effects.files.lines(file, 0, (line) => {
    lines.push(line);
    if (lines.length > tailLines) lines.shift();
  });
  return { text: lines.join('\n'), file: read === null ? null : file };
}

/** The files that services write to, of those that have one. */
export async function logFiles({ driver, effects, directory, colour }: Site, services: readonly string[]) {
  if (driver.lastLines) return [];
  const files = services.map((service) => fileOf(directory, colour, service));
  const looks = await Promise.all(files.map((file) => effects.files.look(file)));
  return files.filter((_, index) => looks[index] !== null);
}

const fileOf = (directory: string, colour: Site['colour'], service: string): string =>
  `${directory}/${colour}/${service}.log`;

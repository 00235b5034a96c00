import { fail } from '../domain/failure.ts';
import type { MaintenancePage, MaintenanceWish } from '../kinds/maintenance.ts';
import { controlSocket, lookSocket, pageFile } from './config-text.ts';
import { askRuntime } from './runtime-door.ts';
import { failUnsure } from './unsure.ts';

type Entries = readonly (readonly [key: string, value: string])[];
type Page = ReadonlyMap<string, string>;

/** What stands in the map of the page; `html`, by which it counts as shown, comes last. Base64, since a value has no line breaks. */
function entriesOf(page: MaintenancePage | null): Entries {
  if (page === null) return [];
  const encoded = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
  return [
    ...page.open.map((path) => [path, 'open'] as const),
    ['retry', encoded(page.retryAfter)],
    ['json', encoded(page.problem)],
    ['html', encoded(page.html)],
  ];
}

export const pageText = ({ page }: MaintenanceWish): string =>
  entriesOf(page)
    .map(([key, value]) => `${key} ${value}\n`)
    .join('');

/** Makes a running HAProxy show the page, or none, and reads it back. Throws GR7403 when the outcome is not known. */
export async function showPage(directory: string, { page }: MaintenanceWish): Promise<void> {
  const wanted = new Map(entriesOf(page));
  const before = await readPage(directory);
  if (isSame(before, wanted)) return;
  const gone = [...before.keys()].filter((key) => !wanted.has(key));
  // Whoever stops showing it begins with the entry that counts.
  for (const key of gone.toSorted((a, b) => Number(b === 'html') - Number(a === 'html')))
    await tell(directory, `del map ${pageFile} ${key}`);
  // One at a time: a command has no more room than one page.
  for (const [key, value] of wanted)
    if (before.get(key) !== value)
      await tell(directory, `${before.has(key) ? 'set' : 'add'} map ${pageFile} ${key} ${value}`);
  const after = await readPage(directory);
  if (!isSame(after, wanted))
    fail({
      code: 'GR7435',
      message: 'HAProxy did not do what it was told: the page that it shows is another one.',
      where: directory,
      do: 'Ask again; when it stays so, restart it: "greenroom stop", then deploy.',
    });
}

const isSame = (shown: Page, wanted: Page): boolean =>
  shown.size === wanted.size && [...wanted].every(([key, value]) => shown.get(key) === value);

/** Whether it answers with just this page, or with none. */
export const showsPage = async (directory: string, { page }: MaintenanceWish): Promise<boolean> =>
  isSame(await readPage(directory), new Map(entriesOf(page)));

/** The entries of the page that is shown. */
async function readPage(directory: string): Promise<Page> {
  const answer = await askRuntime({ directory, socket: lookSocket, commands: [`show map ${pageFile}`] });
  if (answer.status !== 'answered') return failUnsure(directory, 'the page that it shows could not be read');
  return new Map([...answer.text.matchAll(/^0x[0-9a-f]+ (\S+) (\S+)$/gm)].map(([, key, value]) => [key!, value!]));
}

async function tell(directory: string, command: string): Promise<void> {
  const answer = await askRuntime({ directory, socket: controlSocket, commands: [command] });
  if (answer.status !== 'answered')
    failUnsure(directory, answer.status === 'unsure' ? answer.reason : 'it ended meanwhile');
}

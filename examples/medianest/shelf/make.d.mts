export interface ShelfRelease {
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly breaks: string | null;
}
export function listReleases(): readonly string[];
export function readRelease(name: string): ShelfRelease;
export function makeRelease(name: string, outDir: string): Promise<ShelfRelease>;

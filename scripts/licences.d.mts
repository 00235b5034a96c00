/** One text for all packages that these modules come from, by name. Throws for one that does not say its licence. */
export function licencesOf(modules: readonly string[]): string;

/** The address as a driver gets it that reads PGOPTIONS: a function that runs here is no command with an environment of its own. */
export const toldTimeout = (address: string, lockTimeoutMs: number): string =>
  Object.assign(new URL(address), { search: `?options=-c%20lock_timeout%3D${lockTimeoutMs}` }).href;

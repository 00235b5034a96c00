import type { Failure } from '../domain/failure.ts';
import { whereText, type Path, type Position } from './position.ts';

/** Every mistake the configuration can hold, by code; the reference page of failures is drawn from this list. */
export const configurationCatalogue = {
  GR1001: 'There is no configuration file at the path given.',
  GR1002: 'The path given is a folder, a device or otherwise not a file that can be read.',
  GR1003: 'The file is larger than a configuration may be (1 MiB); it was not read.',
  GR1004: 'The file is not UTF-8 text.',
  GR1005: 'The file is not valid YAML 1.2.',
  GR1006: 'The file nests deeper than 60 levels.',
  GR1007: 'Aliases of the file expand to too much, or refer to themselves.',
  GR1008: 'The file uses a part of YAML that is not read here: merge keys, tags, keys that are not text.',
  GR1009: 'The file is empty.',
  GR1010: 'The file is not a mapping at its top.',
  GR1011: 'A number is written in a form that says something else than it seems to, such as 1e3 or 0o17.',
  GR1012: 'A key has a name that is reserved.',
  GR1020: 'A file named by "extends" is not there or cannot be read.',
  GR1021: 'Files extend each other in a circle.',
  GR1022: 'What "extends" names is not a relative path of a file, or the chain is too long.',
  GR1101: 'There is no driver of the kind named.',
  GR1102: 'There is no traffic of the kind named.',
  GR1103: 'There is no check of the kind named.',
  GR1104: 'A check, driver or traffic does not say its kind.',
  GR1201: 'A key is not known at this place.',
  GR1202: 'A required key is missing.',
  GR1203: 'A value has the wrong type.',
  GR1204: 'A value is of the right type but not allowed.',
  GR1205: 'A name is not one: small letters, digits and hyphens, beginning with a letter.',
  GR1206: 'Two fields contradict each other.',
  GR1301: 'An environment is named that is not declared.',
  GR1302: 'A service is named that is not declared.',
  GR1303: 'A database is named that is not declared.',
  GR1304: 'A check is named that is not in the same phase.',
  GR1305: 'A cache is named that is not declared.',
  GR1310: 'The path passes through an environment twice.',
  GR1311: 'Two services of one environment would hold the same port.',
  GR1401: 'The phases are not in an order in which a deployment can run.',
  GR1402: 'A deployment would never prepare databases, start services or decide, or would do so twice.',
  GR1403: 'Two checks have the same name.',
  GR1404: 'Checks wait for each other in a circle.',
  GR1405: 'A check would run in no environment.',
  GR1501: 'A variable that is referred to is set nowhere.',
  GR1502: 'Variables refer to each other in a circle.',
  GR1503: 'A secret reference cannot be read.',
  GR1504: 'A file of variables is not there.',
  GR1505: 'The file that describes the variables is not there.',
  GR1601: 'The file to be written is there already.',
  GR1602: 'There is no field at the path asked for.',
  GR1901: 'A block is declared that this version keeps but does not enforce.',
  GR1902: 'A value is allowed but probably not what is meant.',
  GR1903: 'Packages that the release needs are not part of it.',
} as const;

export type ConfigurationCode = keyof typeof configurationCatalogue;

/** A failure at a place of a file; `path` is the field it speaks of. */
export function mistake(
  code: ConfigurationCode,
  message: string,
  remedy: string,
  at: Position | null = null,
  path: Path = [],
): Failure {
  const where = whereText(at, path);
  return { code, message, ...(where ? { where } : {}), do: remedy };
}

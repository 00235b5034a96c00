import type { Failure } from '../failure.ts';
import type { ForeignKey } from './subset.ts';

const file = (place: string): string => `refresh.yaml (subset.${place})`;
const columnsOf = ({ child, columns }: ForeignKey): string =>
  `${child} (${columns.map((column) => column.child).join(', ')})`;

/** Everything for which a subset is not made, each with the next step. */
export const refuseSubset = {
  noTable: (place: string, name: string): Failure => ({
    code: 'GR5085',
    message: `The source has no table ${name}.`,
    where: file(place),
    do: 'Name it with its schema, as rules do: public.users.',
  }),
  noReference: (place: string): Failure => ({
    code: 'GR5085',
    message: `No foreign key of the source has the column or the name ${place}.`,
    where: file(`references: ${place}`),
    do: 'Name the column that refers, with its table: public.orders.customer_id.',
  }),
  manyReferences: (place: string, met: readonly ForeignKey[]): Failure => ({
    code: 'GR5085',
    message: `${place} is part of ${met.length} foreign keys: ${met.map(({ name }) => name).join(', ')}.`,
    where: file(`references: ${place}`),
    do: `Name the one that is meant: ${met[0]!.child}.${met[0]!.name}.`,
  }),
  rootAndWhole: (name: string): Failure => ({
    code: 'GR5086',
    message: `${name} is a root and whole at once.`,
    where: file(`roots: ${name}`),
    do: 'Take it out of one of the two.',
  }),
  noPrimaryKey: (name: string): Failure => ({
    code: 'GR5087',
    message: `${name} has no primary key by which a share of its rows could be told.`,
    where: file(`roots: ${name}`),
    do: 'Give a condition instead:  { where: "…" }.',
  }),
  odd: (reference: ForeignKey): Failure => ({
    code: 'GR5088',
    message: `The foreign key ${reference.name} of ${columnsOf(reference)} ${
      reference.oddity === 'period' ? 'is over a period of time' : 'belongs to one partition, or points at one'
    }, and a subset cannot follow it.`,
    where: `${reference.child}.${reference.name}`,
    do: `Copy both tables whole:  whole: [${[...new Set([reference.child, reference.parent])].join(', ')}].`,
  }),
  notNullable: (reference: ForeignKey): Failure => ({
    code: 'GR5089',
    message: `The reference of ${columnsOf(reference)} cannot be emptied: its columns take no null, or another foreign key needs them.`,
    where: file(`references: ${reference.child}.${reference.name}`),
    do: 'Say follow, or take the line out.',
  }),
  badCondition: (name: string, reason: string): Failure => ({
    code: 'GR5090',
    message: `The condition of ${name} is refused by the source: ${reason}.`,
    where: file(`roots: ${name}`),
    do: 'Write what would stand behind WHERE, over columns of that table alone.',
  }),
  nothingChosen: (name: string): Failure => ({
    code: 'GR5091',
    message: `No row of ${name} was chosen, so nothing would hang on it.`,
    where: file(`roots: ${name}`),
    do: 'Give a larger share or another condition, or another root where the table is empty.',
  }),
  tooMany: (name: string): Failure => ({
    code: 'GR5092',
    message: `More rows than are held at once (4 million) are kept by a condition, in circles, or only because others refer to them; the last were of ${name}.`,
    where: name,
    do: `Say nullify for a reference to it that may be empty, copy it whole (whole: [${name}]), or give the root a share instead of a condition.`,
  }),
};

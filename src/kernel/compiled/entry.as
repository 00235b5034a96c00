// What the compiled kernel offers to machine.ts.
export { begin, run, status, column, rowCount, written, isFull } from './rows';
export { look, isAsked, askedLength, askedColumn } from './rows';
export { texts } from './look-field';
export { unwrap, beginMessages, otherType, otherLength, rest } from './messages';
export { learnName, forgetNames } from './known-names';
export { maskField } from './field';
export { permuteLeaf } from './leaf';
export { forgetEntity, rememberEntity } from './dates';
export { open, cursor, overflowed } from './output';
export { hash, hashLow, hashHigh } from './siphash';
export { setPurpose } from './sought';

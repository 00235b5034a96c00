// The same, of whoever has made the instance.
@external("env", "isSought") declare function asked(low: i32, high: i32): i32;
@inline export function isSought(low: i32, high: i32): bool { return asked(low, high) != 0; }
@external("env", "addSought") export declare function addSought(low: i32, high: i32, end: i32, wordCount: i32): void;

// The same, of whoever has made the instance.
@external("env", "isSought") declare function asked(low: i32, high: i32): i32;
@inline export function isSought(low: i32, high: i32): bool { return asked(low, high) != 0; }
@external("env", "takeGathered") export declare function takeGathered(): void;

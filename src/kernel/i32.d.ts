/** A whole number of 32 bits. The kernel is written so that it means the same as plain TypeScript and as AssemblyScript, where this name is built in. */
declare type i32 = number;

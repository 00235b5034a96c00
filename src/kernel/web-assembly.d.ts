/** As much of it as the compiled kernel needs; the whole declaration is a part of the DOM's, which this house does not have. */
declare namespace WebAssembly {
  /** Whether this machine can run it. */
  function validate(bytes: Uint8Array<ArrayBuffer>): boolean;
  interface Module {
    readonly [Symbol.toStringTag]: string;
  }
  interface Instance {
    readonly exports: Readonly<Record<string, unknown>>;
  }
  const Module: new (bytes: Uint8Array<ArrayBuffer>) => Module;
  const Instance: new (module: Module, imports: Record<string, Record<string, unknown>>) => Instance;
}

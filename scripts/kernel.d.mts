/** Throws what the compiler says. */
export function compileKernel(file: string): Promise<void>;
/** Whether the file was compiled from what stands there now. */
export function isCompiled(file: string): boolean;

import { root } from './install.mjs';

/** Puts programs with all that they need into few files below `dir`, each at its name. `programs`: their files by name. The ids of all modules that went in. */
export async function bundle(programs, dir) {
  const { rolldown } = await import('rolldown');
  const bundled = await rolldown({
    cwd: root,
    input: programs,
    platform: 'node',
    // Each opens a file beside itself.
    external: ['@electric-sql/pglite-tools/pg_dump', 'libpg-query'],
    // What the engine and the client of PostgreSQL could use and this project does not install is asked for only where it is used.
    onLog: (level, log) => {
      if (!['UNRESOLVED_IMPORT', 'EVAL'].includes(log.code) || !/node_modules/.test(log.message)) {
        throw new Error(`building ${dir}: ${log.message}`);
      }
    },
  });
  const { output } = await bundled.write({ dir, format: 'esm', chunkFileNames: 'parts/[name]-[hash].js' });
  await bundled.close();
  return output.flatMap((each) => (each.type === 'chunk' ? each.moduleIds : []));
}

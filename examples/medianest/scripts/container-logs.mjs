// Reads what the containers of this release have written: node scripts/container-logs.mjs backend frontend
// Ends with 0 when each has written something and no line has the level "error", 1 otherwise, 2 when there is nothing to read.
import { execFileSync } from 'node:child_process';

const { GREENROOM_ENVIRONMENT: environment, GREENROOM_RELEASE: release } = process.env;
const docker = (...words) => execFileSync('docker', words, { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
const labelled = (labels) =>
  Object.entries(labels).flatMap(([name, value]) => ['--filter', `label=greenroom.${name}=${value}`]);
let read = 0;
let bad = 0;
for (const service of process.argv.slice(2)) {
  const ids = docker('ps', '-aq', ...labelled({ environment, release, service }))
    .split('\n')
    .filter(Boolean);
  const lines = ids.flatMap((id) => docker('logs', id).split('\n')).filter(Boolean);
  if (lines.length === 0) {
    console.log(`${service} has no container of ${release} in ${environment}, or it has written nothing.`);
    process.exit(2);
  }
  const errors = lines.filter((line) => line.includes('"level":"error"'));
  for (const line of errors.slice(0, 5)) console.log(`${service}: ${line.slice(0, 500)}`);
  read += lines.length;
  bad += errors.length;
}
console.log(`${read} lines read, ${bad} of the level error.`);
process.exitCode = bad === 0 && read > 0 ? 0 : 1;

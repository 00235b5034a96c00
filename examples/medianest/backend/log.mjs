// One JSON object per line on standard output: {"at", "level", "event", …}.
const order = { debug: 0, info: 1, error: 2 };

export function createLog(level, fixed = {}, write = (line) => process.stdout.write(line)) {
  const entry = (name) => (event, fields) => {
    if (order[name] < order[level]) return;
    write(`${JSON.stringify({ at: new Date().toISOString(), level: name, event, ...fixed, ...fields })}\n`);
  };
  return { debug: entry('debug'), info: entry('info'), error: entry('error') };
}

// Counters of this process in the Prometheus text format.
const bucketSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export function createMetrics({ release, poolInUse }) {
  const requests = new Map();
  const buckets = bucketSeconds.map(() => 0);
  let sumSeconds = 0;
  let count = 0;

  return {
    observe(status, seconds) {
      requests.set(status, (requests.get(status) ?? 0) + 1);
      count += 1;
      sumSeconds += seconds;
      const index = bucketSeconds.findIndex((bound) => seconds <= bound);
      if (index !== -1) buckets[index] += 1;
    },

    text() {
      const memory = process.memoryUsage();
      let below = 0;
      return [
        ...head('medianest_release_info', 'gauge', 'The release this process belongs to.'),
        `medianest_release_info{release="${release.replaceAll(/[\\"\n]/g, '_')}"} 1`,
        ...head('http_requests_total', 'counter', 'Requests answered, by status.'),
        ...[...requests].sort(([a], [b]) => a - b).map(([status, n]) => `http_requests_total{status="${status}"} ${n}`),
        ...head('http_request_duration_seconds', 'histogram', 'Time to answer.'),
        ...bucketSeconds.map(
          (bound, i) => `http_request_duration_seconds_bucket{le="${bound}"} ${(below += buckets[i])}`,
        ),
        `http_request_duration_seconds_bucket{le="+Inf"} ${count}`,
        `http_request_duration_seconds_sum ${sumSeconds}`,
        `http_request_duration_seconds_count ${count}`,
        ...head('process_resident_memory_bytes', 'gauge', 'Memory of the process held in RAM.'),
        `process_resident_memory_bytes ${memory.rss}`,
        ...head('nodejs_heap_used_bytes', 'gauge', 'JavaScript heap in use.'),
        `nodejs_heap_used_bytes ${memory.heapUsed}`,
        ...head('db_pool_in_use', 'gauge', 'Database connections busy now.'),
        `db_pool_in_use ${poolInUse()}`,
        '',
      ].join('\n');
    },
  };
}

function head(name, type, help) {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

/** Sizes in production that the corpus is judged by: over 100 MB, rewrites and scans under a lock stop; below, they do not. */
const megabyte = 1024 * 1024;
export const productionBytes: Readonly<Record<string, number>> = {
  users: 4_000 * megabyte,
  orders: 9_000 * megabyte,
  addresses: 700 * megabyte,
  logins: 2_000 * megabyte,
  events_2025: 3_000 * megabyte,
  events_2026: 3_000 * megabyte,
  events_rest: 200 * megabyte,
  events_2028: 1_500 * megabyte,
  vehicles: 500 * megabyte,
  trucks: 600 * megabyte,
  audit: 800 * megabyte,
  order_totals: 300 * megabyte,
  'billing.invoices': 900 * megabyte,
  old_imports: 400 * megabyte,
  countries: 0.1 * megabyte,
  commands: 0.1 * megabyte,
};
/** Bar of the method. */
export const stoppingBytes = 100 * megabyte;
